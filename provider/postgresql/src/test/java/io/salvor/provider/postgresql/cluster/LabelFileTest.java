package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.source.ContentSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LabelFileTest {
  private static final String FULL =
      """
      START WAL LOCATION: 0/C000028 (file 00000001000000000000000C)
      CHECKPOINT LOCATION: 0/C000080
      BACKUP METHOD: streamed
      BACKUP FROM: primary
      START TIME: 2026-01-30 15:00:00 GMT
      LABEL: salvor
      START TIMELINE: 1
      """;

  private static String stored(String sent, boolean other) throws IOException {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    ContentSink sink =
        new ContentSink() {
          @Override
          public void write(byte[] bytes, int offset, int length) {
            stored.write(bytes, offset, length);
          }

          @Override
          public void hole(long length) {}

          @Override
          public void blocks(int size) {}

          @Override
          public ContentRef finish() {
            return ContentRef.EMPTY;
          }
        };
    LabelFile file = new LabelFile(sink);
    byte[] bytes = sent.getBytes(StandardCharsets.UTF_8);
    file.bytes(bytes, 0, 20);
    file.bytes(bytes, 20, bytes.length - 20);
    FileReceiver.Made made = file.end();
    byte[] all = stored.toByteArray();
    assertThat(made.size()).isEqualTo(all.length);
    assertThat(made.crc()).isEqualTo(other ? Crc.of(all, 0, all.length) : null);
    return stored.toString(StandardCharsets.UTF_8);
  }

  @Test
  void thatOfAnIncrementalBackupBecomesThatOfAFullOne() throws IOException {
    String incremental = FULL + "INCREMENTAL FROM LSN: 0/2000028\nINCREMENTAL FROM TLI: 1\n";
    assertThat(stored(incremental, true)).isEqualTo(FULL);
    assertThat(stored(FULL, false)).isEqualTo(FULL);
    String named = FULL.replace("salvor", "INCREMENTAL FROM \u00fc");
    assertThat(stored(named, false)).isEqualTo(named);
  }
}
