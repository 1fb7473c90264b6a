package io.salvor.provider.mysql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;

/**
 * An object of a database, and the statement that makes it.
 *
 * @param sql one statement; of an account several, each on a line
 * @param attributes beside type and name: {@code sql-mode}, {@code collation}, {@code time-zone},
 *     {@code order}
 */
record Definition(Key key, Type type, String name, String sql, Attributes attributes) {

  Definition(Key key, Type type, String name, String sql) {
    this(key, type, name, sql, Attributes.NONE);
  }

  /** In UTF-8. */
  byte[] bytes() {
    return sql.getBytes(StandardCharsets.UTF_8);
  }

  /** Its entry with a content. */
  Entry entry(PosixTime time, ContentRef content) {
    return Entry.builder(EntryKind.DEFINITION)
        .mtime(time)
        .content(bytes().length, content)
        .attributes(attributes.with("type", type.word()).with("name", name))
        .build();
  }
}
