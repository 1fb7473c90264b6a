package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.provider.files.MemoryCapture.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class ChangesTest extends FilesTest {

  @Test
  void whatIsUnchangedIsNotReadAgain() throws Exception {
    write("a/b", "content");
    write("c", "more");
    MemoryCapture first = capture();
    MemoryCapture second = captureAfter(first);
    assertThat(second.bytesRead.get()).isZero();
    assertThat(second.entries).isEqualTo(first.entries);
    assertThat(second.entry("c")).isSameAs(first.entry("c"));
  }

  @Test
  void whatLacksAnAttributeThatCouldNotBeReadIsReadAgain() throws Exception {
    write("dir/file", "content");
    Files.createSymbolicLink(root().resolve("link"), Path.of("dir"));
    Files.write(root().resolve("empty"), new byte[0]);
    List<String> named = new ArrayList<>(List.of("dir", "dir/file", "empty"));
    try (Dir dir = posix.openRoot(root())) {
      for (String name : List.of("dir", "empty")) {
        dir.setXattr(bytes(name), bytes("user.note"), bytes("kept"));
      }
      try (Dir inner = dir.openDir(bytes("dir"))) {
        inner.setXattr(bytes("file"), bytes("user.note"), bytes("kept"));
      }
      try {
        dir.setXattr(bytes("link"), bytes("trusted.note"), bytes("kept"));
        named.add("link");
      } catch (PosixException e) {
        assertThat(e.isPermission() || e.isUnsupported()).isTrue();
      }
    }
    MemoryCapture first = new MemoryCapture();
    try (Source source =
        new FilesProvider(FailingAttributes.of(posix), Path.of(""), 2)
            .open(List.of(root().toString()), CaptureOptions.ALL)) {
      source.capture(first);
    }
    assertThat(first.failed()).containsAll(named);
    MemoryCapture second = captureAfter(first);
    assertThat(second.failures).isEmpty();
    for (String key : named) {
      assertThat(second.entry(key).xattrs()).as(key).hasSize(1);
      assertThat(second.entry(key).ctime()).as(key).isNotNull();
    }
    assertThat(captureAfter(second).bytesRead.get()).isZero();
  }

  @Test
  void aTouchedFileIsReadAgain() throws Exception {
    write("a", "content");
    MemoryCapture first = capture();
    touch("a", new PosixTime(1, 1));
    MemoryCapture second = captureAfter(first);
    assertThat(second.bytesRead.get()).isEqualTo(7);
    assertThat(second.entry("a").mtime()).isEqualTo(new PosixTime(1, 1));
  }

  @Test
  void aRewriteOfTheSameSizeIsSeenThoughItsTimeWasPutBack() throws Exception {
    Path file = write("a", "before");
    PosixTime time = stat("a").mtime();
    MemoryCapture first = capture();
    Stat old = stat("a");
    // A clock that moves in ticks may have to be waited for.
    while (stat("a").ctime().equals(old.ctime())) {
      Files.writeString(file, "after!");
      touch("a", time);
    }
    MemoryCapture second = captureAfter(first);
    assertThat(second.entry("a").mtime()).isEqualTo(first.entry("a").mtime());
    assertThat(second.text("a")).isEqualTo("after!");
  }

  @Test
  void anotherFileWithTheSameTimesIsSeen() throws Exception {
    write("a", "before");
    MemoryCapture first = capture();
    Path other = write("b", "after!");
    try (Dir dir = posix.openRoot(root())) {
      dir.utimens(bytes("b"), first.entry("a").mtime());
    }
    Files.move(other, root().resolve("a"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(captureAfter(first).text("a")).isEqualTo("after!");
  }

  @Test
  void aChangeOfMetadataAloneIsTaken() throws Exception {
    Path file = write("a", "content");
    MemoryCapture first = capture();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx--x---"));
    Files.createLink(root().resolve("b"), file);
    MemoryCapture second = captureAfter(first);
    assertThat(second.entry("a").mode()).isEqualTo(0710);
    assertThat(second.entry("a").links()).isNotNull();
    assertThat(second.entry("a").content()).isEqualTo(first.entry("a").content());
    assertThat(second.entry("")).isNotEqualTo(first.entry(""));
  }

  @Test
  void aFileThatChangesOnceWhileItIsReadIsReadOnceMore() throws Exception {
    Path file = write("a", "x".repeat(100));
    MemoryCapture capture = new MemoryCapture();
    AtomicBoolean done = new AtomicBoolean();
    capture.whileReading =
        () -> {
          if (!done.getAndSet(true)) {
            append(file, "y");
          }
        };
    capture(capture, CaptureOptions.ALL);
    assertThat(capture.failures).isEmpty();
    assertThat(capture.text("a")).isEqualTo("x".repeat(100) + "y");
    assertThat(capture.entry("a").mtime()).isEqualTo(stat("a").mtime());
  }

  @Test
  void aFileThatKeepsChangingIsKeptAsReadAndReportedAndReadByTheNextBackup() throws Exception {
    Path file = write("a", "x".repeat(100));
    write("b", "other");
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading = () -> append(file, "y");
    capture(capture, CaptureOptions.ALL);
    assertThat(capture.failures)
        .extracting(Failure::key, Failure::code)
        .containsExactly(Tuple.tuple("a", ErrorCode.ENTRY_CHANGED));
    Entry entry = capture.entry("a");
    assertThat(capture.text("a")).startsWith("x".repeat(100)).hasSize((int) entry.size());
    assertThat(capture.text("b")).isEqualTo("other");

    MemoryCapture next = captureAfter(capture);
    assertThat(next.failures).isEmpty();
    assertThat(next.text("a")).isEqualTo(Files.readString(file));
  }

  @Test
  void aFileThatIsCutWhileItIsReadEndsWhereItEnded() throws Exception {
    Path file = write("a", "x".repeat(1_000_000));
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading =
        () -> {
          try {
            Files.writeString(file, "short");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    capture(capture, CaptureOptions.ALL);
    assertThat(capture.failed()).containsExactly("a");
    assertThat(capture.entry("a").size()).isEqualTo(capture.text("a").length());
    assertThat(captureAfter(capture).text("a")).isEqualTo("short");
  }

  @Test
  void aFileThatVanishesIsReportedAndTheRestGoesOn() throws Exception {
    write("a", "first");
    Path vanishing = write("b", "gone");
    write("c", "last");
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading = () -> delete(vanishing);
    capture(capture, CaptureOptions.ALL);
    assertThat(capture.keys()).containsExactly("", "a", "c");
    assertThat(capture.failures)
        .extracting(Failure::key, Failure::code)
        .containsExactly(Tuple.tuple("b", ErrorCode.ENTRY_VANISHED));
  }

  @Test
  void aFileThatBecomesAFifoIsKeptAsOneAndNotWaitedFor() throws Exception {
    write("a", "first");
    write("b", "to be replaced");
    MemoryCapture capture = new MemoryCapture();
    capture.whileReading =
        () -> {
          try (Dir dir = posix.openRoot(root())) {
            dir.unlink(bytes("b"));
            dir.mknod(bytes("b"), Kind.FIFO, 0600, 0, 0);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          capture.whileReading = () -> {};
        };
    capture(capture, CaptureOptions.ALL);
    assertThat(capture.entry("b").kind()).isEqualTo(EntryKind.FIFO);
    assertThat(capture.failures).isEmpty();
  }

  private Stat stat(String name) throws IOException {
    try (Dir dir = posix.openRoot(root())) {
      return dir.stat(bytes(name));
    }
  }

  private void touch(String name, PosixTime time) throws IOException {
    try (Dir dir = posix.openRoot(root())) {
      dir.utimens(bytes(name), time);
    } catch (PosixException e) {
      throw e;
    }
  }

  private static void append(Path file, String text) {
    try {
      Files.writeString(file, text, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
