package io.salvor.engine.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporariesTest {
  private static final ProcessMark ME = ProcessMark.current();
  private static final String OTHER_BOOT = "00112233445566778899aabbccddeeff";

  @TempDir Path parent;
  private Path directory;
  private Temporaries temporaries;
  private Temporary mine;

  @BeforeEach
  void create() throws IOException {
    directory = parent.resolve("tmp");
    temporaries = new Temporaries(directory);
    mine = temporaries.create();
    mine.channel().close();
  }

  @Test
  void whatAnEndedProcessLeftIsCleared() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    Path left = leave(new ProcessMark(ME.host(), ME.boot(), ME.namespace(), process.pid(), 1));
    assertThat(temporaries.clearAbandoned(mine.path())).isEqualTo(1);
    assertThat(left).doesNotExist();
    assertThat(mine.path()).exists();
  }

  @Test
  void aProcessIdThatWasReusedIsNotTheWriter() throws IOException {
    Path left =
        leave(new ProcessMark(ME.host(), ME.boot(), ME.namespace(), ME.pid(), ME.start() - 1));
    temporaries.clearAbandoned(mine.path());
    assertThat(left).doesNotExist();
  }

  @Test
  void whatALivingProcessWritesStays() throws IOException {
    Path other = leave(ME);
    assertThat(temporaries.clearAbandoned(mine.path())).isZero();
    assertThat(other).exists();
  }

  @Test
  void whatAnotherContainerOrHostWritesStaysHoweverOld() throws IOException {
    long dead = Long.MAX_VALUE / 16;
    Path container = leave(new ProcessMark(ME.host(), ME.boot(), "1", dead, 1));
    Path host = leave(new ProcessMark("ffff000011112222", OTHER_BOOT, "1", dead, 1));
    Path unknown = leave(new ProcessMark("none", "none", "none", dead, 0));
    Path foreign = Files.writeString(directory.resolve("w-notes-0123456789abcdef"), "");
    age(Duration.ofDays(1000), container, host, unknown, foreign);
    assertThat(temporaries.clearAbandoned(mine.path())).isZero();
    assertThat(container).exists();
    assertThat(host).exists();
    assertThat(unknown).exists();
    assertThat(foreign).exists();
  }

  @Test
  void whatWasLeftBeforeARebootIsClearedAfterADay() throws IOException {
    ProcessMark host = new ProcessMark(ME.host(), OTHER_BOOT, ME.namespace(), 1, 1);
    Path young = leave(host);
    Path old = leave(host);
    age(Duration.ofHours(23), young);
    age(Duration.ofHours(25), old);
    temporaries.clearAbandoned(mine.path());
    assertThat(young).exists();
    assertThat(Files.exists(old)).isEqualTo(ME.host().equals(ProcessMark.NONE));
  }

  @Test
  void aMarkIsReadBackFromItsText() {
    assertThat(ProcessMark.parse(ME.toString())).contains(ME);
    assertThat(ME.boot()).isNotEqualTo(ProcessMark.NONE);
    assertThat(ME.hasEnded()).isFalse();
    assertThat(ME.isOfEarlierBoot()).isFalse();
  }

  private Path leave(ProcessMark mark) throws IOException {
    return Files.createFile(directory.resolve(Temporaries.name(mark)));
  }

  private void age(Duration by, Path... files) throws IOException {
    Instant now = Files.getLastModifiedTime(mine.path()).toInstant();
    for (Path file : files) {
      Files.setLastModifiedTime(file, FileTime.from(now.minus(by)));
    }
  }
}
