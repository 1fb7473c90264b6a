package io.salvor.provider.postgresql.logical;

import io.salvor.provider.postgresql.logical.KeyColumns.Column;
import io.salvor.provider.postgresql.rows.RowChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A changed row as a person reads it: {@code id=7: price 3.50 becomes 4.00}. */
final class RowText {
  private static final int MOST_COLUMNS = 4;
  private static final int LONGEST = 40;
  private static final String NULL = "\\N";

  private RowText() {}

  static String of(RowChange change, KeyColumns columns) {
    List<String> was = fields(change.was());
    List<String> becomes = fields(change.becomes());
    List<String> key = new ArrayList<>();
    for (int place : columns.key()) {
      key.add(
          columns.columns().get(place).name() + "=" + (was.isEmpty() ? becomes : was).get(place));
    }
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < columns.columns().size() && rest.size() < MOST_COLUMNS; i++) {
      Column column = columns.columns().get(i);
      switch (change.kind()) {
        case ADDED -> {
          if (!columns.keys().contains(column)) {
            rest.add(column.name() + "=" + shown(becomes.get(i)));
          }
        }
        case DELETED -> {
          if (!columns.keys().contains(column)) {
            rest.add(column.name() + "=" + shown(was.get(i)));
          }
        }
        case CHANGED -> {
          if (!Objects.equals(was.get(i), becomes.get(i))) {
            rest.add(column.name() + " " + shown(was.get(i)) + " becomes " + shown(becomes.get(i)));
          }
        }
      }
    }
    String word =
        switch (change.kind()) {
          case ADDED -> "added: ";
          case CHANGED -> "changed: ";
          case DELETED -> "deleted: ";
        };
    return word + String.join(", ", key) + (rest.isEmpty() ? "" : ": " + String.join(", ", rest));
  }

  private static List<String> fields(byte @Nullable [] row) {
    return row == null
        ? List.of()
        : List.of(new String(row, StandardCharsets.UTF_8).split("\t", -1));
  }

  private static String shown(String field) {
    if (field.equals(NULL)) {
      return "null";
    }
    return field.codePointCount(0, field.length()) <= LONGEST
        ? field
        : field.substring(0, field.offsetByCodePoints(0, LONGEST)) + "…";
  }
}
