package io.salvor.provider.postgresql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Archive.Item;
import io.salvor.provider.postgresql.logical.Archive.Section;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * An object of a database, and the statements that make it.
 *
 * @param item what the archive says of it
 */
record Definition(Key key, Item item) {
  private static final Attributes NONE = Attributes.NONE;

  /** Statements in UTF-8. */
  byte[] sql() {
    return item.make().getBytes(StandardCharsets.UTF_8);
  }

  /** Its entry but for the content. */
  EntryBuilder entry(PosixTime time, long position) {
    Attributes attributes =
        NONE.with("type", item.type())
            .with("section", word(item.section()))
            .with("name", item.tag())
            .with("position", position);
    attributes = with(attributes, "schema", item.schema());
    attributes = with(attributes, "owner", item.owner());
    attributes = with(attributes, "drop", item.drop());
    attributes = with(attributes, "tablespace", item.tablespace());
    attributes = with(attributes, "access-method", item.accessMethod());
    return Entry.builder(EntryKind.DEFINITION).mtime(time).attributes(attributes);
  }

  private static Attributes with(Attributes attributes, String name, String value) {
    return value.isEmpty() ? attributes : attributes.with(name, value);
  }

  /** Its entry with a content. */
  Entry entry(PosixTime time, long position, ContentRef content) {
    return entry(time, position).content(sql().length, content).build();
  }

  static String word(Section section) {
    return section.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
