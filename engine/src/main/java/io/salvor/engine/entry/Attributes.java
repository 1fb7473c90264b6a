package io.salvor.engine.entry;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a provider notes of an entry besides its content: texts and integers by name, for instance
 * the rows and the columns of a table. Names are words of lower-case letters, digits and hyphens.
 */
public final class Attributes {
  /** None at all. */
  public static final Attributes NONE = new Attributes(Map.of());

  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  private final SortedMap<String, Object> values;

  private Attributes(Map<String, Object> values) {
    this.values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  /**
   * Of texts and integers by their names.
   *
   * @throws IllegalArgumentException for a name that is none
   */
  static Attributes of(Map<String, Object> values) {
    for (String name : values.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException("an attribute of the name \"" + name + "\"");
      }
    }
    return new Attributes(values);
  }

  private Attributes and(String name, Object value) {
    Map<String, Object> more = new TreeMap<>(values);
    more.put(name, value);
    return of(more);
  }

  /** These and a text. */
  public Attributes with(String name, String value) {
    return and(name, value);
  }

  /** These and an integer. */
  public Attributes with(String name, long value) {
    return and(name, value);
  }

  /** A text; empty if there is none of that name. */
  public String text(String name) {
    return values.get(name) instanceof String text ? text : "";
  }

  /** An integer; null if there is none of that name. */
  public @Nullable Long number(String name) {
    return values.get(name) instanceof Long number ? number : null;
  }

  /** Values by their names ascending, each a {@link String} or a {@link Long}. */
  public SortedMap<String, Object> values() {
    return values;
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return values.isEmpty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes its && values.equals(its.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
