package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ContentSearchTest {
  private static final byte[] TEXT = "first\nthe needle\n".getBytes(StandardCharsets.UTF_8);
  private static final long HUGE = 1L << 60;
  private static final BlobSource BLOBS =
      new BlobSource() {
        @Override
        public byte[] get(BlobKind kind, BlobId id) {
          return TEXT.clone();
        }

        @Override
        public boolean contains(BlobKind kind, BlobId id) {
          return true;
        }
      };

  private static Entry behindAHole() {
    List<Extent> extents =
        List.of(new Extent.Hole(HUGE), new Extent.Data(TEXT.length, BlobId.from(new byte[32], 0)));
    return Entry.builder(EntryKind.FILE)
        .mode(0600)
        .mtime(new PosixTime(1, 1))
        .content(HUGE + TEXT.length, new ContentRef.Inline(extents))
        .build();
  }

  @Test
  @Timeout(60)
  void aHoleOfAnyLengthIsPassedOver() throws Exception {
    List<ContentSearch.Line> lines =
        ContentSearch.find(Pattern.compile("needle"), BLOBS, behindAHole(), () -> {});
    assertThat(lines).containsExactly(new ContentSearch.Line(2, "the needle"));
  }

  @Test
  void itEndsWhereItIsToldTo() {
    assertThatThrownBy(
            () ->
                ContentSearch.find(
                    Pattern.compile("needle"),
                    BLOBS,
                    behindAHole(),
                    () -> {
                      throw new CancellationException();
                    }))
        .isInstanceOf(CancellationException.class);
  }
}
