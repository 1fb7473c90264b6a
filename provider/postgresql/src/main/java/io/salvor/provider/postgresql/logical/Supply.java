package io.salvor.provider.postgresql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.logical.Tables.Taker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Where the contents of wanted entries come from. For several threads. */
interface Supply {
  /** Whether it has the content of an entry. */
  boolean has(Entry entry);

  /** Hands all of it over, in pieces. */
  void read(Key key, Entry entry, Taker taker) throws IOException;

  /** As a text, which a definition is. */
  default String text(Key key, Entry entry) throws IOException {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    read(key, entry, (bytes, length) -> text.write(bytes, 0, length));
    return text.toString(StandardCharsets.UTF_8);
  }
}
