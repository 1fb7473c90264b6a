package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WalPagesTest {
  private static final int SEGMENT = 16 << 20;
  private static final int PAGE = 8192;

  private static byte[] page(long address, ByteOrder order) {
    byte[] page = new byte[PAGE];
    ByteBuffer.wrap(page).order(order).putLong(8, address);
    return page;
  }

  @Test
  void aPageSaysWhereItBelongs() {
    WalPages pages = WalPages.of("pg_wal/00000002000000A300000010", SEGMENT, PAGE).orElseThrow();
    long third = (0xA3L << 32) + 0x10 * SEGMENT + 2 * PAGE;
    assertThat(pages.isOwn(page(third, ByteOrder.LITTLE_ENDIAN), 0, 2 * PAGE)).isTrue();
    assertThat(pages.isOwn(page(third, ByteOrder.BIG_ENDIAN), 0, 2 * PAGE)).isTrue();
    assertThat(pages.isOwn(page(third - SEGMENT, ByteOrder.LITTLE_ENDIAN), 0, 2 * PAGE))
        .as("of the segment that the file was before")
        .isFalse();
    assertThat(pages.isOwn(new byte[PAGE], 0, 2 * PAGE)).isFalse();
  }

  @Test
  void otherFilesHaveNone() {
    assertThat(WalPages.of("pg_wal/00000002.history", 42, PAGE)).isEmpty();
    assertThat(WalPages.of("base/1/2600", SEGMENT, PAGE)).isEmpty();
    assertThat(WalPages.of("pg_wal/00000002000000A300000010", 1000, PAGE)).isEmpty();
  }
}
