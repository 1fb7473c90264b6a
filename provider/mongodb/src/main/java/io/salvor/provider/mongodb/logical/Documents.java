package io.salvor.provider.mongodb.logical;

import com.mongodb.client.ClientSession;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.Server.Reading;
import io.salvor.provider.mongodb.Server.Taker;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Documents of a collection, and how they are read. */
final class Documents {
  private Documents() {}

  /** Reads all; gives their digest. */
  static RowDigest read(
      Server server, Collection collection, @Nullable ClientSession session, Taker taker)
      throws IOException {
    RowDigest digest = new RowDigest();
    server.read(
        collection.database(),
        collection.name(),
        new Reading(collection.isOrdered(), collection.batch(), 0),
        session,
        (bytes, offset, length) -> {
          digest.row(bytes, offset, length);
          taker.take(bytes, offset, length);
        });
    return digest;
  }

  /** Reads a collection into a content. */
  static Entry capture(
      Server server,
      Collection collection,
      @Nullable ClientSession session,
      ContentSink sink,
      PosixTime time)
      throws IOException {
    RowDigest digest = read(server, collection, session, sink::write);
    ContentRef content = sink.finish();
    return Entry.builder(EntryKind.TABLE)
        .mtime(time)
        .content(digest.bytes(), content)
        .attributes(attributes(collection, digest))
        .build();
  }

  static Attributes attributes(Collection collection, RowDigest digest) {
    return Attributes.NONE
        .with("rows", digest.rows())
        .with("digest", digest.sum())
        .with("order", collection.isOrdered() ? "id" : "natural");
  }

  /** An entry with the time of the one before it if that is all they differ in. */
  static Entry unchanged(Entry entry, @Nullable Entry before) {
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
