package io.salvor.provider.mysql.logical;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a definition makes, in the order in which it is made. */
enum Type {
  USER,
  DATABASE,
  /** Before tables, whose defaults may take numbers from it. */
  SEQUENCE,
  TABLE,
  /** The number that a sequence goes on with. */
  SEQUENCE_SET,
  FUNCTION,
  PROCEDURE,
  PACKAGE,
  PACKAGE_BODY,
  VIEW,
  TRIGGER,
  EVENT,
  /** Where the binary log stood, which is never restored. */
  POSITION;

  /** As it stands in keys and attributes. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** As SQL has it. */
  String sql() {
    return name().replace('_', ' ');
  }

  static @Nullable Type of(String word) {
    for (Type type : values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    return null;
  }

  /** What is never made anew in the place of one that differs, for its rows or values would go. */
  boolean isKept() {
    return this == TABLE || this == SEQUENCE || this == DATABASE || this == USER;
  }
}
