package io.salvor.provider.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.provider.files.MemoryCapture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class StreamTest {
  private static final Instant NOW = Instant.parse("2026-01-30T15:00:00.123456789Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);

  @TempDir Path directory;

  private static MemoryCapture capture(Source source) throws Exception {
    MemoryCapture capture = new MemoryCapture();
    try (source) {
      source.capture(capture);
    }
    return capture;
  }

  private static CommandOutput shell(String script) {
    return new CommandOutput(List.of("/bin/sh", "-c", script), CLOCK);
  }

  @Test
  void standardInputIsOneFile() throws Exception {
    byte[] content = new byte[3_000_001];
    new Random(1).nextBytes(content);
    StandardInput provider = new StandardInput(new ByteArrayInputStream(content), CLOCK);
    assertThat(provider.handles("-")).isTrue();
    assertThat(provider.handles("/-")).isFalse();
    Source source = provider.open(List.of("-"), CaptureOptions.ALL);
    assertThat(source.address()).isEqualTo("stdin:");
    MemoryCapture capture = capture(source);
    assertThat(capture.keys()).containsExactly("stdin");
    assertThat(capture.entry("stdin").kind()).isEqualTo(EntryKind.FILE);
    assertThat(capture.entry("stdin").mode()).isEqualTo(0600);
    assertThat(capture.entry("stdin").mtime()).isEqualTo(PosixTime.of(NOW));
    assertThat(capture.content(capture.entry("stdin"))).isEqualTo(content);
  }

  @Test
  void emptyInputIsAnEmptyFile() throws Exception {
    Source source =
        new StandardInput(InputStream.nullInputStream(), CLOCK)
            .open(List.of("-"), CaptureOptions.ALL);
    assertThat(capture(source).entry("stdin").size()).isZero();
  }

  @Test
  void standardInputStandsAlone() {
    StandardInput provider = new StandardInput(InputStream.nullInputStream(), CLOCK);
    assertThatThrownBy(() -> provider.open(List.of("-", "/etc"), CaptureOptions.ALL))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE));
  }

  @Test
  void inputThatFailsFailsTheBackup() {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("the pipe broke");
          }
        };
    Source source = new StandardInput(broken, CLOCK).open(List.of("-"), CaptureOptions.ALL);
    assertThatThrownBy(() -> capture(source))
        .isInstanceOf(IOException.class)
        .hasMessage("the pipe broke");
  }

  @Test
  void cancellingDoesNotWaitForInputThatNeverComes() throws Exception {
    try (PipedOutputStream held = new PipedOutputStream();
        PipedInputStream silent = new PipedInputStream(held)) {
      MemoryCapture capture = new MemoryCapture();
      Source source = new StandardInput(silent, CLOCK).open(List.of("-"), CaptureOptions.ALL);
      capture.cancel();
      assertThatThrownBy(() -> source.capture(capture))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    }
  }

  @Test
  void aCommandsOutputIsOneFile() throws Exception {
    CommandOutput source = shell("printf 'one\\ntwo'; cat");
    assertThat(source.address()).isEqualTo("command:/bin/sh -c 'printf '\\''one\\ntwo'\\''; cat'");
    MemoryCapture capture = capture(source);
    assertThat(capture.keys()).containsExactly("stdout");
    assertThat(capture.text("stdout")).isEqualTo("one\ntwo");
  }

  @Test
  void muchOutputAndMuchComplaintDoNotBlockEachOther() throws Exception {
    MemoryCapture capture =
        capture(
            shell(
                "i=0; while [ $i -lt 3000 ]; do echo some complaint or other $i >&2;"
                    + " i=$((i+1)); done; head -c 5000000 /dev/zero"));
    assertThat(capture.entry("stdout").size()).isEqualTo(5_000_000);
  }

  @Test
  void aFailingCommandFailsTheBackupWithItsLastWords() {
    assertThatThrownBy(
            () ->
                capture(shell("echo half of it; echo first >&2; echo 'no such table' >&2; exit 3")))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED);
              assertThat(e).hasMessageContaining("status 3");
              assertThat(e.why()).isEqualTo("first | no such table");
            });
  }

  @Test
  void aCommandThatDoesNotExistFailsTheBackup() {
    CommandOutput source = new CommandOutput(List.of("/no/such/program"), CLOCK);
    assertThatThrownBy(() -> capture(source))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED));
  }

  @Test
  void cancellingEndsTheCommandAndWhatItHasStarted() throws Exception {
    Path pids = directory.resolve("pids");
    CommandOutput source =
        shell("sleep 1000 & echo $! > " + pids + "; echo $$ >> " + pids + "; echo begun; wait");
    MemoryCapture capture = new MemoryCapture();
    Thread canceller =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!complete(pids)) {
                    Thread.onSpinWait();
                  }
                  capture.cancel();
                });
    assertThatThrownBy(() -> source.capture(capture))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    canceller.join();
    for (String pid : Files.readAllLines(pids)) {
      ProcessHandle.of(Long.parseLong(pid)).ifPresent(handle -> handle.onExit().join());
    }
    assertThat(capture.keys()).isEmpty();
  }

  private static boolean complete(Path pids) {
    try {
      return Files.exists(pids) && Files.readAllLines(pids).size() == 2;
    } catch (IOException _) {
      return false;
    }
  }
}
