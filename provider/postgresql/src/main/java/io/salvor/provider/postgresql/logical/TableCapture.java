package io.salvor.provider.postgresql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.postgresql.logical.Tables.Table;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;

/** Takes the rows of one table into a content. */
final class TableCapture {
  private TableCapture() {}

  /**
   * Reads a table.
   *
   * @throws io.salvor.provider.postgresql.protocol.ServerError if the server cannot
   */
  static Entry of(ServerConnection connection, Table table, ContentSink sink, PosixTime time)
      throws IOException {
    String encoding = Tables.encoding(connection);
    RowDigest digest =
        Tables.read(connection, table, encoding, (bytes, length) -> sink.write(bytes, 0, length));
    ContentRef content = sink.finish();
    return Entry.builder(EntryKind.TABLE)
        .mtime(time)
        .content(digest.bytes(), content)
        .attributes(attributes(table, encoding, digest))
        .build();
  }

  static Attributes attributes(Table table, String encoding, RowDigest digest) {
    Attributes attributes =
        Attributes.NONE
            .with("columns", table.columns())
            .with("rows", digest.rows())
            .with("digest", digest.sum());
    if (!table.condition().isEmpty()) {
      attributes = attributes.with("condition", table.condition());
    }
    return encoding.isEmpty() ? attributes : attributes.with("encoding", encoding);
  }
}
