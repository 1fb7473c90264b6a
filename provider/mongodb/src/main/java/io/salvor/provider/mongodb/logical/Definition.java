package io.salvor.provider.mongodb.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;

/**
 * A thing in a database, and the command that makes it.
 *
 * @param text the command as canonical Extended JSON
 */
record Definition(Key key, Type type, String name, String text, Attributes attributes) {

  Definition(Key key, Type type, String name, String text) {
    this(key, type, name, text, Attributes.NONE);
  }

  /** In UTF-8. */
  byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
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
