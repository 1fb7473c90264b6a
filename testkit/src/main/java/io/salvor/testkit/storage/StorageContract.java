package io.salvor.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every promise that {@link Storage} makes. A new storage has one test that extends this. */
public abstract class StorageContract {
  private static final ObjectName NAME = new ObjectName("packs/ab/abcdef");

  /** The storage under test: empty before each test. */
  protected Storage storage;

  /** A storage without objects; called once for each test. */
  protected abstract Storage open() throws Exception;

  /** Another handle on the same objects, as another process has it. */
  protected abstract Storage reopen() throws Exception;

  /** Lets the listing lag pass, for storages that have one. */
  protected void settle() {}

  @BeforeEach
  void openStorage() throws Exception {
    storage = open();
  }

  @AfterEach
  void closeStorage() throws Exception {
    storage.close();
  }

  @Test
  void whatWasPutIsFoundListedAndReadBack() throws Exception {
    byte[] content = random(100_000);
    storage.put(NAME, content);
    assertThat(storage.get(NAME)).isEqualTo(content);
    assertThat(storage.find(NAME)).contains(new ObjectInfo(NAME, content.length));
    settle();
    assertThat(list("")).containsExactly(new ObjectInfo(NAME, content.length));
  }

  @Test
  void anObjectMayBeEmpty() throws Exception {
    storage.put(NAME, new byte[0]);
    assertThat(storage.get(NAME)).isEmpty();
    assertThat(storage.get(NAME, 0, 0)).isEmpty();
    assertThat(storage.find(NAME)).contains(new ObjectInfo(NAME, 0));
    settle();
    assertThat(list("")).containsExactly(new ObjectInfo(NAME, 0));
  }

  @Test
  void aWriterTakesBuffersOfAllKindsAndEmptiesThem() throws Exception {
    byte[] content = random(3_000_000);
    ByteBuffer direct = ByteBuffer.allocateDirect(1_000_000).put(content, 0, 1_000_000).flip();
    ByteBuffer heap = ByteBuffer.wrap(content, 1_000_000, 1_000_000);
    ByteBuffer readOnly = ByteBuffer.wrap(content, 2_000_000, 1_000_000).asReadOnlyBuffer();
    try (ObjectWriter writer = storage.create(NAME)) {
      for (ByteBuffer buffer : List.of(direct, ByteBuffer.allocate(0), heap, readOnly)) {
        writer.write(buffer);
        assertThat(buffer.hasRemaining()).isFalse();
      }
      writer.commit();
    }
    assertThat(storage.get(NAME)).isEqualTo(content);
  }

  @Test
  void theWriterKeepsNothingOfABufferThatItsOwnerUsesAgain() throws Exception {
    byte[] buffer = bytes("first");
    try (ObjectWriter writer = storage.create(NAME)) {
      writer.write(ByteBuffer.wrap(buffer));
      System.arraycopy(bytes("other"), 0, buffer, 0, 5);
      writer.write(ByteBuffer.wrap(buffer));
      writer.commit();
    }
    assertThat(storage.get(NAME)).isEqualTo(bytes("firstother"));
  }

  @Test
  void whatIsReadBelongsToTheReader() throws Exception {
    storage.put(NAME, bytes("content"));
    storage.get(NAME)[0] = 'X';
    assertThat(storage.get(NAME)).isEqualTo(bytes("content"));
  }

  @Test
  void nothingIsSeenBeforeTheCommit() throws Exception {
    try (ObjectWriter writer = storage.create(NAME);
        Storage other = reopen()) {
      writer.write(ByteBuffer.wrap(random(5_000_000)));
      for (Storage handle : List.of(storage, other)) {
        assertThat(handle.find(NAME)).isEmpty();
        assertThatThrownBy(() -> handle.get(NAME)).isInstanceOf(NoSuchFileException.class);
      }
      settle();
      assertThat(list("")).isEmpty();
      writer.commit();
      assertThat(other.get(NAME)).hasSize(5_000_000);
    }
  }

  @Test
  void anAbandonedWriterLeavesNothingAndCanBeClosedAgain() throws Exception {
    ObjectWriter writer = storage.create(NAME);
    writer.write(ByteBuffer.wrap(bytes("half an obj")));
    writer.close();
    writer.close();
    settle();
    assertThat(storage.find(NAME)).isEmpty();
    assertThat(list("")).isEmpty();
    storage.put(NAME, bytes("whole object"));
    assertThat(storage.get(NAME)).isEqualTo(bytes("whole object"));
  }

  @Test
  void aWriterThatIsClosedAfterItsCommitKeepsTheObjectAndTakesNoMore() throws Exception {
    ObjectWriter writer = storage.create(NAME);
    writer.write(ByteBuffer.wrap(bytes("content")));
    writer.commit();
    assertThatThrownBy(() -> writer.write(ByteBuffer.wrap(bytes("more"))))
        .isInstanceOf(IllegalStateException.class);
    writer.close();
    writer.close();
    assertThat(storage.get(NAME)).isEqualTo(bytes("content"));
  }

  @Test
  void rangesAreReadExactly() throws Exception {
    storage.put(NAME, bytes("0123456789"));
    for (int offset = 0; offset <= 10; offset++) {
      for (int length = 0; offset + length <= 10; length++) {
        assertThat(storage.get(NAME, offset, length))
            .isEqualTo(bytes("0123456789".substring(offset, offset + length)));
      }
    }
  }

  @Test
  void aRangeBeyondTheEndIsNeverCutShort() throws Exception {
    storage.put(NAME, bytes("0123456789"));
    assertThatThrownBy(() -> storage.get(NAME, 0, 11)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> storage.get(NAME, 10, 1)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> storage.get(NAME, 11, 0)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> storage.get(NAME, Long.MAX_VALUE, Integer.MAX_VALUE))
        .isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> storage.get(NAME, -1, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.get(NAME, 0, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNotThereIsSaidToBeMissing() throws Exception {
    storage.put(NAME, bytes("x"));
    for (String absent : List.of("packs/ab/other", "packs/zz/abcdef", "packs", "packs/ab", "a")) {
      ObjectName name = new ObjectName(absent);
      assertThat(storage.find(name)).isEmpty();
      assertThatThrownBy(() -> storage.get(name)).isInstanceOf(NoSuchFileException.class);
      assertThatThrownBy(() -> storage.get(name, 0, 1)).isInstanceOf(NoSuchFileException.class);
    }
  }

  @Test
  void theSameBytesMayBeWrittenAgain() throws Exception {
    byte[] content = random(300_000);
    storage.put(NAME, content);
    settle();
    storage.put(NAME, content);
    assertThat(storage.get(NAME)).isEqualTo(content);
    assertThat(list("")).containsExactly(new ObjectInfo(NAME, content.length));
  }

  @Test
  void aDeletedObjectIsGoneAndMayBeWrittenAgain() throws Exception {
    ObjectName neighbour = new ObjectName("packs/ab/neighbour");
    storage.put(NAME, bytes("content"));
    storage.put(neighbour, bytes("stays"));
    storage.delete(NAME);
    settle();
    assertThat(storage.find(NAME)).isEmpty();
    assertThatThrownBy(() -> storage.get(NAME)).isInstanceOf(NoSuchFileException.class);
    assertThat(list("")).containsExactly(new ObjectInfo(neighbour, 5));
    storage.put(NAME, bytes("again"));
    assertThat(storage.get(NAME)).isEqualTo(bytes("again"));
  }

  @Test
  void deletingWhatIsNotThereIsNoError() throws Exception {
    storage.delete(NAME);
    storage.put(NAME, bytes("x"));
    storage.delete(NAME);
    assertThatCode(() -> storage.delete(NAME)).doesNotThrowAnyException();
  }

  @Test
  void everyValidNameIsTakenAndGivenBackUnchanged() throws Exception {
    List<String> names =
        List.of(
            "salvor",
            "a.b",
            "a-b",
            "-",
            "--..--",
            "0",
            "keys/0123456789abcdef.credential",
            "sessions/00ff/00000001",
            "a/b/c/d/e/f/g/h/i/j/k/l/m",
            "x".repeat(200),
            "y/".repeat(99) + "zz");
    for (String name : names) {
      storage.put(new ObjectName(name), bytes(name));
    }
    settle();
    assertThat(list("").stream().map(object -> object.name().value()))
        .containsExactlyInAnyOrderElementsOf(names);
    for (String name : names) {
      assertThat(storage.get(new ObjectName(name))).isEqualTo(bytes(name));
    }
  }

  @Test
  void aListShowsWhatBeginsWithThePrefixAndNothingElse() throws Exception {
    List<String> names =
        List.of("salvor", "packs/aa/1", "packs/ab/1", "packs/ab/12", "packs-old", "index/ab");
    for (String name : names) {
      storage.put(new ObjectName(name), bytes("x"));
    }
    settle();
    List<String> prefixes =
        List.of(
            "",
            "p",
            "packs",
            "packs/",
            "packs/a",
            "packs/ab",
            "packs/ab/",
            "packs/ab/1",
            "packs/ab/12",
            "packs/ab/1/",
            "salvor",
            "salvor/",
            "none/",
            "../",
            "/",
            "PACKS/");
    for (String prefix : prefixes) {
      assertThat(list(prefix).stream().map(object -> object.name().value()))
          .as("prefix \"%s\"", prefix)
          .containsExactlyInAnyOrderElementsOf(
              names.stream().filter(name -> name.startsWith(prefix)).toList());
    }
  }

  @Test
  void tenThousandObjectsAreListedOnceEach() throws Exception {
    int count = 10_000;
    inParallel(
        16,
        thread -> {
          for (int i = thread; i < count; i += 16) {
            storage.put(new ObjectName("packs/%02x/%05d".formatted(i % 8, i)), new byte[i % 3]);
          }
        });
    settle();
    TreeMap<String, Long> listed = new TreeMap<>();
    storage.list(
        "packs/", object -> assertThat(listed.put(object.name().value(), object.size())).isNull());
    assertThat(listed).hasSize(count);
    assertThat(listed).containsEntry("packs/07/09999", 0L).containsEntry("packs/02/00002", 2L);
    assertThat(list("packs/03/")).hasSize(count / 8);
  }

  @Test
  void theListersFailureEndsTheList() throws Exception {
    storage.put(NAME, bytes("x"));
    settle();
    IllegalStateException failure = new IllegalStateException("enough");
    assertThatThrownBy(
            () ->
                storage.list(
                    "",
                    object -> {
                      throw failure;
                    }))
        .isSameAs(failure);
  }

  @Test
  void objectsMayBeDeletedWhileTheyAreListed() throws Exception {
    for (int i = 0; i < 50; i++) {
      storage.put(new ObjectName("sessions/%d/open".formatted(i)), bytes("x"));
    }
    settle();
    storage.list(
        "sessions/",
        object -> {
          try {
            storage.delete(object.name());
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(list("")).isEmpty();
  }

  @Test
  void anotherHandleSeesWhatWasCommitted() throws Exception {
    try (Storage other = reopen()) {
      storage.put(NAME, bytes("content"));
      assertThat(other.get(NAME)).isEqualTo(bytes("content"));
      assertThat(other.get(NAME, 3, 2)).isEqualTo(bytes("te"));
      settle();
      List<ObjectInfo> seen = new ArrayList<>();
      other.list("packs/", seen::add);
      assertThat(seen).containsExactly(new ObjectInfo(NAME, 7));
      other.delete(NAME);
      assertThat(storage.find(NAME)).isEmpty();
    }
  }

  @Test
  void manyThreadsWriteReadListAndDeleteAtOnce() throws Exception {
    inParallel(
        8,
        thread -> {
          for (int i = 0; i < 20; i++) {
            ObjectName mine = new ObjectName("packs/%02d/%d-%d".formatted(i % 4, thread, i));
            byte[] content = new byte[80_000];
            new Random(thread * 1000L + i).nextBytes(content);
            try (ObjectWriter abandoned = storage.create(mine)) {
              abandoned.write(ByteBuffer.wrap(bytes("abandoned")));
            }
            storage.put(mine, content);
            assertThat(storage.get(mine)).isEqualTo(content);
            storage.list("packs/", object -> assertThat(object.size()).isEqualTo(80_000));
            if (i % 2 == 0) {
              storage.delete(mine);
              assertThat(storage.find(mine)).isEmpty();
            }
          }
        });
    settle();
    assertThat(list("packs/")).hasSize(8 * 10);
  }

  @Test
  void theLastObjectsOfADirectoryComeAndGoAtOnce() throws Exception {
    inParallel(
        8,
        thread -> {
          ObjectName mine = new ObjectName("packs/00/" + thread);
          for (int i = 0; i < 50; i++) {
            storage.put(mine, bytes("content"));
            assertThat(storage.get(mine)).isEqualTo(bytes("content"));
            storage.delete(mine);
          }
        });
    settle();
    assertThat(list("")).isEmpty();
  }

  @Test
  void oneNameWrittenByManyAtOnceIsAlwaysWhole() throws Exception {
    byte[] content = random(200_000);
    storage.put(NAME, content);
    settle();
    inParallel(
        8,
        thread -> {
          for (int i = 0; i < 10; i++) {
            if (thread % 2 == 0) {
              storage.put(NAME, content);
            }
            assertThat(storage.get(NAME)).isEqualTo(content);
            assertThat(list("packs/ab/")).containsExactly(new ObjectInfo(NAME, content.length));
          }
        });
  }

  private List<ObjectInfo> list(String prefix) throws IOException {
    List<ObjectInfo> objects = new ArrayList<>();
    storage.list(prefix, objects::add);
    return objects;
  }

  /** What one of several threads does. */
  private interface Work {
    void run(int thread) throws Exception;
  }

  private static void inParallel(int threads, Work work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(threads);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Callable<Boolean>> all =
          IntStream.range(0, threads)
              .<Callable<Boolean>>mapToObj(
                  thread ->
                      () -> {
                        start.await();
                        work.run(thread);
                        return true;
                      })
              .toList();
      for (Future<Boolean> done : executor.invokeAll(all)) {
        assertThat(done.get()).isTrue();
      }
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
