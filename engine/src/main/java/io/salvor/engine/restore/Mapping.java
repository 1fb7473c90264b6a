package io.salvor.engine.restore;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What bears another name where it is restored than where it was backed up: tables, schemas,
 * accounts. What the names are is the target's.
 *
 * @param names the new ones by the old ones
 */
public record Mapping(SortedMap<String, String> names) {
  /** Everything keeps its name. */
  public static final Mapping NONE = new Mapping(Map.of());

  public Mapping {
    names = Collections.unmodifiableSortedMap(new TreeMap<>(names));
  }

  /** New names by the old ones. */
  public Mapping(Map<String, String> names) {
    this(new TreeMap<>(names));
  }

  /** Whether everything keeps its name. */
  public boolean isEmpty() {
    return names.isEmpty();
  }
}
