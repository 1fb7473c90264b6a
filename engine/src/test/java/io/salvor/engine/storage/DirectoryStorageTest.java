package io.salvor.engine.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStorageTest {
  private static final ObjectName PACK = new ObjectName("packs/ab/abcd");

  @TempDir Path temporary;
  private Path root;
  private DirectoryStorage storage;

  @BeforeEach
  void create() throws IOException {
    root = temporary.toRealPath().resolve("made/repository");
    storage = DirectoryStorage.create(root);
  }

  @Test
  void anObjectThatIsLargerThanAnyIsNotReadWhole() throws IOException {
    ObjectName name = new ObjectName("backups/large");
    storage.put(name, new byte[1]);
    try (FileChannel file =
        FileChannel.open(storage.root().resolve(name.value()), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[1]), Storage.MAX_WHOLE);
    }
    assertThatThrownBy(() -> storage.get(name))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
    assertThat(storage.get(name, Storage.MAX_WHOLE, 1)).hasSize(1);
  }

  @Test
  void everyDirectoryIs0700AndEveryFile0600() throws IOException {
    storage.put(PACK, bytes("content"));
    ObjectWriter unfinished = storage.create(new ObjectName("packs/ab/next"));
    try (Stream<Path> files = Files.walk(temporary.resolve("made"))) {
      assertThat(files)
          .hasSize(7)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
    unfinished.close();
  }

  @Test
  void anEmptyDirectoryThatWasThereBecomesPrivate() throws IOException {
    Path open = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    DirectoryStorage.create(open);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open)))
        .isEqualTo("rwx------");
  }

  @Test
  void openingMakesNothing() {
    Path absent = temporary.resolve("absent");
    assertThat(codeOf(() -> DirectoryStorage.open(absent))).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    assertThat(absent).doesNotExist();
  }

  @Test
  void aFileIsNoStorage() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "x");
    assertThat(codeOf(() -> DirectoryStorage.open(file))).isEqualTo(ErrorCode.REPOSITORY_MISSING);
    assertThat(codeOf(() -> DirectoryStorage.open(file.resolve("below"))))
        .isEqualTo(ErrorCode.REPOSITORY_MISSING);
  }

  @Test
  void theRootMayBeASymbolicLink() throws IOException {
    Path link = Files.createSymbolicLink(temporary.resolve("link"), root);
    try (DirectoryStorage linked = DirectoryStorage.open(link)) {
      linked.put(PACK, bytes("by the link"));
      assertThat(linked.address()).isEqualTo(link.toString());
      assertThat(linked.root()).isEqualTo(root);
    }
    assertThat(storage.get(PACK)).isEqualTo(bytes("by the link"));
  }

  @Test
  void linksInsideAreNeitherReadNorListedNorWrittenThroughNorDeleted() throws IOException {
    Path outside = Files.createDirectories(temporary.resolve("outside/ab")).getParent();
    Path secret = Files.writeString(outside.resolve("ab/abcd"), "outside");
    Files.createSymbolicLink(root.resolve("packs"), outside);
    Files.createSymbolicLink(root.resolve("salvor"), secret);
    ObjectName link = new ObjectName("salvor");

    assertThat(list(storage, "")).isEmpty();
    assertThat(list(storage, "packs/")).isEmpty();
    assertThat(list(storage, "packs/ab/")).isEmpty();
    assertThatThrownBy(() -> storage.get(PACK)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.get(link)).isInstanceOf(NoSuchFileException.class);
    assertThat(storage.find(PACK)).isEmpty();
    storage.delete(PACK);
    storage.delete(link);
    assertThat(codeOf(() -> storage.put(PACK, bytes("in")))).isEqualTo(ErrorCode.STORAGE_FAILED);
    assertThat(secret).hasContent("outside");
    assertThat(Files.exists(root.resolve("salvor"), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  @Test
  void aLinkInTheObjectsPlaceIsReplacedNotFollowed() throws IOException {
    Path outside = Files.writeString(temporary.resolve("outside"), "outside");
    Files.createSymbolicLink(root.resolve("salvor"), outside);
    storage.put(new ObjectName("salvor"), bytes("mine"));
    assertThat(outside).hasContent("outside");
    assertThat(storage.get(new ObjectName("salvor"))).isEqualTo(bytes("mine"));
  }

  @Test
  void whatIsNoObjectIsNotListed() throws IOException {
    storage.put(PACK, bytes("x"));
    Files.writeString(root.resolve("packs/.hidden"), "x");
    Files.writeString(root.resolve("README"), "x");
    Files.createDirectory(root.resolve("lost+found"));
    Files.writeString(root.resolve("lost+found/object"), "x");
    ObjectWriter unfinished = storage.create(new ObjectName("packs/ab/next"));
    assertThat(list(storage, "")).containsExactly("packs/ab/abcd");
    assertThat(list(storage, "tmp/")).isEmpty();
    assertThat(list(storage, "t")).isEmpty();
    assertThat(list(storage, "packs/../")).isEmpty();
    assertThat(list(storage, "/")).isEmpty();
    unfinished.close();
  }

  @Test
  void aDirectoryIsNoObject() throws IOException {
    storage.put(PACK, bytes("x"));
    ObjectName directory = new ObjectName("packs/ab");
    assertThat(storage.find(directory)).isEmpty();
    assertThatThrownBy(() -> storage.get(directory)).isInstanceOf(NoSuchFileException.class);
    storage.delete(directory);
    storage.delete(new ObjectName("packs/ab/abcd/below"));
    assertThat(storage.get(PACK)).isEqualTo(bytes("x"));
  }

  @Test
  void namesOfUnfinishedObjectsAreReserved() {
    assertThatThrownBy(() -> storage.create(new ObjectName("tmp/x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void deletingTheLastObjectRemovesItsDirectoryAndWritingMakesItAgain() throws IOException {
    ObjectName object = new ObjectName("sessions/one/open");
    storage.put(object, bytes("1"));
    storage.delete(object);
    assertThat(root.resolve("sessions/one")).doesNotExist();
    assertThat(root.resolve("sessions")).isDirectory();
    storage.put(object, bytes("2"));
    assertThat(storage.get(object)).isEqualTo(bytes("2"));
  }

  @Test
  void anAbandonedWriterLeavesNoFile() throws IOException {
    try (ObjectWriter writer = storage.create(PACK)) {
      writer.write(ByteBuffer.wrap(bytes("half")));
    }
    try (Stream<Path> files = Files.list(root.resolve("tmp"))) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void damagedBytesUnderTheNameAreReplaced() throws IOException {
    storage.put(PACK, bytes("content"));
    Files.write(root.resolve(PACK.value()), bytes("cantent"));
    storage.put(PACK, bytes("content"));
    assertThat(storage.get(PACK)).isEqualTo(bytes("content"));
  }

  @Test
  void aRootThatHasGoneIsUnreachable() throws IOException {
    Files.delete(root);
    assertThat(codeOf(() -> storage.get(PACK))).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> storage.find(PACK))).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> list(storage, ""))).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> storage.delete(PACK))).isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(codeOf(() -> storage.put(PACK, bytes("x"))))
        .isEqualTo(ErrorCode.STORAGE_UNREACHABLE);
    assertThat(root).doesNotExist();
  }

  @Test
  void readingLeavesNoTrace() throws IOException {
    storage.list("", object -> {});
    storage.find(PACK);
    try (Stream<Path> files = Files.list(root)) {
      assertThat(files).isEmpty();
    }
  }

  private static ErrorCode codeOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    return catchThrowableOfType(SalvorException.class, action).code();
  }

  private static List<String> list(Storage storage, String prefix) throws IOException {
    List<String> names = new ArrayList<>();
    storage.list(prefix, object -> names.add(object.name().value()));
    return names;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
