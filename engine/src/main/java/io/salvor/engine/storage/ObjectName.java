package io.salvor.engine.storage;

import java.util.regex.Pattern;

/**
 * The name of an object in a storage: lower-case parts of letters, digits, {@code .} and {@code -},
 * separated by {@code /}; no part begins with a dot. Safe in every file system and object store.
 */
public record ObjectName(String value) implements Comparable<ObjectName> {
  private static final Pattern VALID =
      Pattern.compile("[a-z0-9-][a-z0-9.-]*(/[a-z0-9-][a-z0-9.-]*)*");

  public ObjectName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not an object name: " + value);
    }
  }

  /** Whether the text can be a name. */
  public static boolean isValid(String text) {
    return text.length() <= 200 && VALID.matcher(text).matches();
  }

  @Override
  public int compareTo(ObjectName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
