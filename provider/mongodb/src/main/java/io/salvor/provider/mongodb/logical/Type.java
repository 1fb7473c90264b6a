package io.salvor.provider.mongodb.logical;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a definition makes, in the order in which it is made. */
enum Type {
  COLLECTION,
  INDEX,
  VIEW,
  ROLE,
  USER,
  /** Of which moment the backup is, which is never restored. */
  SNAPSHOT;

  /** As it stands in attributes. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static @Nullable Type of(String word) {
    for (Type type : values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    return null;
  }

  /** What is never made anew in the place of one that differs. */
  boolean isKept() {
    return this == COLLECTION || this == USER || this == ROLE;
  }
}
