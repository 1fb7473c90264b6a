package io.salvor.provider.postgresql.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.progress.Progress;
import io.salvor.provider.postgresql.wal.Lsn;
import io.salvor.provider.postgresql.wal.WalArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recovering server is given, and what it is sent to its own files for. */
class ArchiveSupplyTest {
  private static final long SIZE = 16L << 20;

  @TempDir private Path temp;

  /** Captured from segment 6 on, to the middle of segment 9; on timelines 1 and 2. */
  private static final class Archive implements WalArchive {
    @Override
    public String source() {
      return "postgresql+cluster://db:5432";
    }

    @Override
    public String system() {
      return "7";
    }

    @Override
    public long segmentSize() {
      return SIZE;
    }

    @Override
    public List<Stretch> stretches() {
      return List.of(new Stretch(1, at(6), at(9).plus(5), Instant.EPOCH, Instant.EPOCH));
    }

    @Override
    public List<Gap> gaps() {
      return List.of();
    }

    @Override
    public List<Long> timelines() {
      return List.of(1L, 2L);
    }

    @Override
    public Optional<Reach> reach(long timeline, Lsn start, Optional<Long> wanted) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<Reach> reaches(long timeline, Lsn start) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Written write(Path directory, long timeline, Lsn from, Lsn to, Progress progress)
        throws IOException {
      if (from.equals(Lsn.NONE)) {
        Files.writeString(directory.resolve("%08X.history".formatted(timeline)), "h");
        return new Written(List.of(), 0);
      }
      if (from.isBefore(at(6))) {
        throw new IOException("nothing was captured there");
      }
      Files.writeString(directory.resolve(name(from.value() / SIZE)), "s");
      return new Written(List.of(), 0);
    }
  }

  private static Lsn at(long segment) {
    return new Lsn(segment * SIZE);
  }

  private static String name(long segment) {
    return "00000001%08X%08X".formatted(0, segment);
  }

  private ArchiveSupply supply(Lsn baseEnd) throws IOException {
    return new ArchiveSupply(
        new Archive(),
        new WalArchive.Reach(1, at(9).plus(5), Instant.EPOCH, List.of()),
        baseEnd,
        Files.createTempDirectory(temp, "spool"));
  }

  private boolean gives(ArchiveSupply supply, String name) throws IOException {
    return supply.write(name, Files.createTempDirectory(temp, "to").resolve("file"));
  }

  @Test
  void whatWasWrittenBeforeTheCaptureBeganLiesInTheBackup() throws Exception {
    ArchiveSupply supply = supply(at(8));

    assertThat(gives(supply, name(2))).isFalse();
    assertThat(gives(supply, name(6))).isTrue();
    assertThatThrownBy(() -> gives(supply(at(3)), name(4))).isInstanceOf(IOException.class);
  }

  @Test
  void itIsSpentWhenTheLastByteWasAskedFor() throws Exception {
    ArchiveSupply supply = supply(at(7));
    for (long segment = 6; segment < 9; segment++) {
      assertThat(gives(supply, name(segment))).isTrue();
      assertThat(supply.isSpent()).as("after segment %d", segment).isFalse();
    }
    assertThat(gives(supply, name(9))).isTrue();
    assertThat(supply.isSpent()).isTrue();
    assertThat(gives(supply, name(10))).isFalse();
    assertThat(supply(at(9).plus(5)).isSpent()).as("the backup has all of it").isTrue();
  }

  @Test
  void historiesOfOtherTimelinesShowThatTheirNumbersAreTaken() throws Exception {
    ArchiveSupply supply = supply(at(7));

    assertThat(gives(supply, "00000002.history")).isTrue();
    assertThat(gives(supply, "00000003.history")).isFalse();
    var histories = new HistorySupply(new Archive(), Files.createTempDirectory(temp, "spool"));
    assertThat(histories.write("00000002.history", temp.resolve("h"))).isTrue();
    assertThat(histories.write(name(6), temp.resolve("s"))).isFalse();
  }
}
