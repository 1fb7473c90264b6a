package io.salvor.engine.storage;

/**
 * The name of an object in a storage: lower-case parts of letters, digits, {@code .} and {@code -},
 * separated by {@code /}; no part begins with a dot. Safe in every file system and object store.
 */
public record ObjectName(String value) implements Comparable<ObjectName> {
  public ObjectName {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not an object name: " + value);
    }
  }

  /** Whether the text can be a name. */
  public static boolean isValid(String text) {
    boolean begins = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-';
      // A part begins with neither a dot nor a slash, and there is a part after each slash.
      if (!plain && (begins || c != '.' && c != '/')) {
        return false;
      }
      begins = c == '/';
    }
    return !begins && text.length() <= 200;
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
