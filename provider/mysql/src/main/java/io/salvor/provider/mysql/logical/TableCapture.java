package io.salvor.provider.mysql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.Tables.Table;
import java.io.IOException;

/** Takes the rows of one table into a content. */
final class TableCapture {
  private TableCapture() {}

  /**
   * Reads a table.
   *
   * @throws io.salvor.provider.mysql.ServerError if the server cannot
   */
  static Entry of(Session session, Table table, ContentSink sink, PosixTime time)
      throws IOException {
    RowDigest digest = Tables.read(session, table, (bytes, length) -> sink.write(bytes, 0, length));
    ContentRef content = sink.finish();
    return Entry.builder(EntryKind.TABLE)
        .mtime(time)
        .content(digest.bytes(), content)
        .attributes(attributes(table, digest))
        .build();
  }

  static Attributes attributes(Table table, RowDigest digest) {
    Attributes attributes =
        Attributes.NONE
            .with("columns", table.list())
            .with("rows", digest.rows())
            .with("digest", digest.sum());
    return table.next() > 0 ? attributes.with("next", table.next()) : attributes;
  }

  /** An entry with the time of the one before it if that is all they differ in. */
  static Entry unchanged(Entry entry, @org.jspecify.annotations.Nullable Entry before) {
    if (before == null
        || before.kind() != entry.kind()
        || !before.attributes().equals(entry.attributes())
        || before.size() != entry.size()
        || !before.content().equals(entry.content())) {
      return entry;
    }
    return before;
  }
}
