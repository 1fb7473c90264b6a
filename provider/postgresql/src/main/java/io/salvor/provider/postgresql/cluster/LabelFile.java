package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.source.ContentSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/**
 * A {@code backup_label}. That of an incremental backup says so, and servers refuse to start with
 * it: what is stored is a full one, and its label is that of a full one.
 *
 * <p>Source: PostgreSQL's {@code xlogbackup.c}, build_backup_content, and pg_combinebackup's {@code
 * backup_label.c}.
 */
final class LabelFile implements FileReceiver {
  static final String NAME = "backup_label";
  private static final String INCREMENTAL = "INCREMENTAL FROM ";

  private final ContentSink to;
  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  LabelFile(ContentSink to) {
    this.to = to;
  }

  @Override
  public void bytes(byte[] bytes, int offset, int length) {
    sent.write(bytes, offset, length);
  }

  @Override
  public Made end() throws IOException {
    // Whatever its letters are, they stay.
    String text = sent.toString(StandardCharsets.ISO_8859_1);
    String full =
        text.lines()
            .filter(line -> !line.startsWith(INCREMENTAL))
            .map(line -> line + "\n")
            .collect(Collectors.joining());
    boolean incremental = text.contains("\n" + INCREMENTAL);
    byte[] bytes = (incremental ? full : text).getBytes(StandardCharsets.ISO_8859_1);
    to.write(bytes, 0, bytes.length);
    return new Made(
        bytes.length, to.finish(), 0, incremental ? Crc.of(bytes, 0, bytes.length) : null);
  }
}
