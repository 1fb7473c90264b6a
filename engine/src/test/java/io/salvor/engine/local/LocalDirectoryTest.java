package io.salvor.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LocalDirectoryTest {
  @TempDir Path temporary;

  private LocalDirectory directory() {
    return new LocalDirectory(temporary.resolve("cache/one"), null);
  }

  @Test
  void whatWasWrittenIsReadAndListedAndDeleted() {
    LocalDirectory directory = directory();
    assertThat(directory.read("a")).isEmpty();
    assertThat(directory.names()).isEmpty();
    directory.writeAtomically("b.idx", bytes("1"));
    directory.writeAtomically("a", bytes("2"));
    directory.writeAtomically("a", bytes("3"));
    assertThat(directory.read("a")).contains(bytes("3"));
    assertThat(directory.names()).containsExactly("a", "b.idx");
    directory.delete("a");
    directory.delete("a");
    assertThat(directory.find("a")).isEmpty();
    assertThat(directory.names()).containsExactly("b.idx");
  }

  @Test
  void namesThatLeadElsewhereOrAreTakenAreRefused() {
    for (String name : new String[] {"../x", "a/b", "", ".hidden", "tmp", "locks", "a\0"}) {
      assertThatThrownBy(() -> directory().writeAtomically(name, bytes("x")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aLinkInAFilesPlaceIsNotFollowed() throws IOException {
    Path secret = Files.writeString(temporary.resolve("secret"), "secret");
    LocalDirectory directory = directory();
    Files.createSymbolicLink(directory.path().resolve("a"), secret);
    assertThat(directory.read("a")).isEmpty();
    directory.writeAtomically("a", bytes("mine"));
    assertThat(secret).hasContent("secret");
    assertThat(directory.read("a")).contains(bytes("mine"));
  }

  @Test
  void everythingMayBeDeletedAtAnyTime() throws IOException {
    LocalDirectory directory = directory();
    directory.writeAtomically("view", bytes("old view"));
    Path view = directory.find("view").orElseThrow();
    try (FileChannel channel = FileChannel.open(view);
        LocalLock lock = directory.lock("view")) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 8);
      removeAll(temporary.resolve("cache"));
      assertThat(mapped.get(0)).isEqualTo((byte) 'o');
      assertThat(directory.read("view")).isEmpty();
      directory.writeAtomically("view", bytes("new view"));
      assertThat(directory.read("view")).contains(bytes("new view"));
    }
    directory.lock("view").close();
  }

  @Test
  void aReaderSeesTheOldOrTheNewFileNeverAMixture() throws Exception {
    LocalDirectory directory = directory();
    directory.writeAtomically("file", filled(0));
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
      Future<Integer> reads =
          executor.submit(
              () -> {
                int count = 0;
                while (!done.get() || count == 0) {
                  byte[] read = directory.read("file").orElseThrow();
                  assertThat(read).isEqualTo(filled(read[0]));
                  count++;
                }
                return count;
              });
      for (int i = 1; i < 100; i++) {
        directory.writeAtomically("file", filled(i));
      }
      done.set(true);
      assertThat(reads.get()).isPositive();
    }
  }

  @Test
  void aDraftIsSeenOnceItIsPublished() throws IOException {
    LocalDirectory directory = directory();
    try (LocalDraft draft = directory.draft()) {
      draft.channel().write(ByteBuffer.wrap(bytes("view")));
      MappedByteBuffer mapped = draft.channel().map(FileChannel.MapMode.READ_WRITE, 0, 4);
      assertThat(directory.names()).isEmpty();
      draft.publish("view");
      assertThat(mapped.get(0)).isEqualTo((byte) 'v');
    }
    assertThat(directory.read("view")).contains(bytes("view"));
    try (LocalDraft abandoned = directory.draft()) {
      abandoned.channel().write(ByteBuffer.wrap(bytes("half")));
    }
    try (Stream<Path> left = Files.list(directory.path().resolve("tmp"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aDirectoryThatCannotBeMadeIsAnErrorWithItsPath() throws IOException {
    Files.writeString(temporary.resolve("cache"), "a file");
    SalvorException failure =
        catchThrowableOfType(
            SalvorException.class, () -> directory().writeAtomically("a", bytes("x")));
    assertThat(failure.code()).isEqualTo(ErrorCode.LOCAL_STATE);
    assertThat(failure.getMessage()).contains(temporary.toString());
  }

  @Test
  void aLockExcludesOtherThreads() throws Exception {
    LocalDirectory directory = directory();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        executor.submit(
            () -> {
              try (LocalLock lock = directory.lock("view")) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                Thread.yield();
                inside.decrementAndGet();
                return lock;
              }
            });
      }
    }
    assertThat(most).hasValue(1);
    try (LocalLock lock = directory.lock("view")) {
      assertThat(directory.tryLock("view")).isEmpty();
      directory.tryLock("other").orElseThrow().close();
      lock.close();
      directory.tryLock("view").orElseThrow().close();
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aLockExcludesOtherProcessesAndEndsWithTheirs() throws Exception {
    LocalDirectory directory = directory();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                directory.path().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThat(directory.tryLock("view")).isEmpty();
    } finally {
      process.destroyForcibly().waitFor();
    }
    directory.lock("view").close();
  }

  /** Another process that takes the lock and keeps it. */
  static final class LockHolder {
    private LockHolder() {}

    public static void main(String[] arguments) throws IOException {
      try (LocalLock lock = new LocalDirectory(Path.of(arguments[0]), null).lock("view")) {
        System.out.println("locked");
        System.out.flush();
        if (System.in.read() >= 0) {
          throw new IllegalStateException("nothing is said to " + lock);
        }
      }
    }
  }

  private static byte[] filled(int with) {
    byte[] bytes = new byte[50_000];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  private static void removeAll(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> children = Files.list(path)) {
        for (Path child : children.toList()) {
          removeAll(child);
        }
      }
    }
    Files.delete(path);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
