package io.salvor.provider.postgresql.logical;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowDigestTest {
  private static RowDigest of(String rows) {
    byte[] bytes = rows.getBytes(StandardCharsets.UTF_8);
    RowDigest digest = new RowDigest();
    digest.add(bytes, 0, bytes.length);
    return digest;
  }

  @Test
  void theOrderOfRowsDoesNotCount() {
    assertThat(of("a\nb\nc\n").sum()).isEqualTo(of("c\na\nb\n").sum());
    assertThat(of("a\nb\n").rows()).isEqualTo(2);
  }

  @Test
  void everyRowCountsAsOftenAsItIsThere() {
    assertThat(of("a\na\n").sum()).isNotEqualTo(of("a\n").sum()).isNotEqualTo(of("\n\n").sum());
    assertThat(of("ab\n").sum()).isNotEqualTo(of("a\nb\n").sum());
    assertThat(of("\n").sum()).isNotEqualTo(of("").sum());
  }

  @Test
  void itDoesNotMatterInWhichPiecesRowsCome() {
    StringBuilder rows = new StringBuilder();
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      rows.append(random.nextInt(9) == 0 ? "\n" : "row " + random.nextLong() + "\n");
    }
    byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
    RowDigest pieces = new RowDigest();
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, random.nextInt(40));
      pieces.add(bytes, at, length);
      at += length;
    }
    assertThat(pieces.sum()).isEqualTo(of(rows.toString()).sum());
    assertThat(pieces.bytes()).isEqualTo(bytes.length);
  }
}
