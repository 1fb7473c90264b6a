package io.salvor.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.testkit.files.TmpfsMount;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory on a small file system that is full, read-only, unmounted or forbidden. Mounting
 * needs root; without it these tests are skipped.
 */
class RefusingFileSystemTest {
  private static final int MIB = 1 << 20;

  @TempDir Path temporary;
  private TmpfsMount small;
  private Path mount;
  private Path root;
  private DirectoryStorage storage;

  @BeforeEach
  void mount() throws Exception {
    small = TmpfsMount.at(temporary.resolve("mount"), "size=4500k,nr_inodes=60");
    mount = small.path();
    root = mount.resolve("repository");
    storage = DirectoryStorage.create(root);
  }

  @AfterEach
  void unmount() throws Exception {
    if (small != null) {
      small.close();
    }
  }

  @Test
  void aFullFileSystemSaysHowMuchIsMissingAndKeepsWhatIsThere() throws Exception {
    List<ObjectName> stored = new ArrayList<>();
    SalvorException failure =
        catchThrowableOfType(
            SalvorException.class,
            () -> {
              for (int i = 0; i < 10; i++) {
                ObjectName name = new ObjectName("packs/00/" + i);
                storage.put(name, new byte[MIB]);
                stored.add(name);
              }
            });
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL);
    assertThat(failure.getMessage()).contains("packs/00/4", root.toString());
    assertThat(failure.why()).containsPattern("at least [0-9,]{4,} bytes are missing");
    assertThat(failure.remedy()).contains(root.toString());
    assertThat(stored).hasSize(4);
    assertThat(temporaries()).as("the unfinished object is gone").isZero();
    assertEverythingReads(stored);
  }

  @Test
  void withoutAFreeByteReadingAndDeletingWork() throws Exception {
    ObjectName name = new ObjectName("packs/00/object");
    storage.put(name, new byte[MIB]);
    fill();
    try (DirectoryStorage fresh = DirectoryStorage.open(root)) {
      assertThat(fresh.get(name)).hasSize(MIB);
      assertThat(fresh.get(name, MIB - 10, 10)).hasSize(10);
      assertThat(fresh.find(name)).isPresent();
      List<ObjectName> listed = new ArrayList<>();
      fresh.list("", object -> listed.add(object.name()));
      assertThat(listed).containsExactly(name);
      assertThat(codeOf(() -> fresh.put(new ObjectName("packs/00/more"), new byte[1])))
          .isEqualTo(ErrorCode.STORAGE_FULL);
      fresh.delete(name);
      fresh.put(new ObjectName("packs/00/more"), new byte[MIB / 2]);
    }
  }

  @Test
  void aFailedWriterCannotBeCommitted() throws Exception {
    ObjectName name = new ObjectName("packs/00/object");
    fill();
    try (ObjectWriter writer = storage.create(name)) {
      assertThat(codeOf(() -> writer.write(ByteBuffer.wrap(new byte[MIB]))))
          .isEqualTo(ErrorCode.STORAGE_FULL);
      assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(storage.find(name)).isEmpty();
  }

  @Test
  void aFileSystemWithoutRoomForAnotherFileIsFullToo() throws Exception {
    SalvorException failure =
        catchThrowableOfType(
            SalvorException.class,
            () -> {
              for (int i = 0; i < 100; i++) {
                storage.put(new ObjectName("packs/00/" + i), new byte[1]);
              }
            });
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL);
    assertThat(failure.why()).contains("no room for another file");
  }

  @Test
  void aReadOnlyFileSystemIsReadAndNotWritten() throws Exception {
    ObjectName name = new ObjectName("packs/00/object");
    storage.put(name, new byte[MIB]);
    small.makeReadOnly();
    assertEverythingReads(List.of(name));
    assertThat(codeOf(() -> storage.put(new ObjectName("packs/00/more"), new byte[1])))
        .isEqualTo(ErrorCode.STORAGE_READ_ONLY);
    assertThat(codeOf(() -> storage.delete(name))).isEqualTo(ErrorCode.STORAGE_READ_ONLY);
    assertThat(codeOf(() -> DirectoryStorage.create(mount.resolve("another"))))
        .isEqualTo(ErrorCode.STORAGE_READ_ONLY);
  }

  @Test
  void theEmptyMountPointOfAnUnmountedFileSystemIsNotTheStorage() throws Exception {
    DirectoryStorage onTheRootOfIt = DirectoryStorage.open(mount);
    ObjectName name = new ObjectName("object");
    onTheRootOfIt.put(name, new byte[1]);
    small.close();
    assertThat(codeOf(() -> onTheRootOfIt.get(name))).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> onTheRootOfIt.list("", object -> {})))
        .isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> onTheRootOfIt.put(name, new byte[1])))
        .isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    try (Stream<Path> files = Files.list(mount)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void whatTheSystemForbidsIsDenied() throws Exception {
    Path forbidden = Files.createDirectory(temporary.resolve("forbidden"));
    try (DirectoryStorage immutable = DirectoryStorage.open(forbidden)) {
      assumeTrue(run("chattr", "+i", forbidden.toString()), "chattr does not work here");
      try {
        assertThat(codeOf(() -> immutable.put(new ObjectName("object"), new byte[1])))
            .isEqualTo(ErrorCode.STORAGE_DENIED);
        assertThatThrownBy(() -> immutable.get(new ObjectName("object")))
            .isInstanceOf(NoSuchFileException.class);
      } finally {
        run("chattr", "-i", forbidden.toString());
      }
    }
  }

  private void assertEverythingReads(List<ObjectName> names) throws IOException {
    List<ObjectName> listed = new ArrayList<>();
    storage.list("", object -> listed.add(object.name()));
    assertThat(listed).containsExactlyInAnyOrderElementsOf(names);
    for (ObjectName name : names) {
      assertThat(storage.get(name)).isEqualTo(new byte[MIB]);
    }
  }

  /** Takes the last byte and leaves inodes. */
  private void fill() throws IOException {
    Path file = mount.resolve("filler");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ByteBuffer page = ByteBuffer.allocate(4096);
      while (true) {
        channel.write(page.rewind());
      }
    } catch (IOException e) {
      assertThat(Files.getFileStore(mount).getUsableSpace()).isZero();
    }
  }

  private long temporaries() throws IOException {
    try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
      return files.count();
    }
  }

  private static ErrorCode codeOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    SalvorException failure = catchThrowableOfType(SalvorException.class, action);
    assertThat(failure).isNotNull();
    return failure.code();
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
