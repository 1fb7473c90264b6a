package io.salvor.engine.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobWriterTest {
  @TempDir Path temporary;
  private final Random random = new Random(5);
  private Workshop shop;

  @BeforeEach
  void open() throws IOException {
    shop = new Workshop(temporary);
  }

  @AfterEach
  void close() throws Exception {
    shop.close();
    assertNoThreadIsLeft();
  }

  @Test
  void manyThreadsPutAndEveryBlobComesBack() throws Exception {
    Map<BlobId, byte[]> data = new ConcurrentHashMap<>();
    Map<BlobId, byte[]> tree = new ConcurrentHashMap<>();
    try (BlobWriter writer = shop.writer();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> done = new ArrayList<>();
      for (int t = 0; t < 16; t++) {
        long seed = t % 8;
        done.add(threads.submit(() -> putSome(writer, new Random(seed), data, tree)));
      }
      for (Future<Void> each : done) {
        each.get();
      }
      List<PackDescription> packs = writer.flush();
      assertThat(blobsIn(packs)).isEqualTo(data.size() + tree.size());
      assertThat(writer.statistics().blobs()).isEqualTo(data.size() + tree.size());
      assertThat(writer.statistics().known()).isGreaterThanOrEqualTo(data.size() + tree.size());
      writer.writeSegments(packs);
      assertReadable(data, tree);
      assertVerified(packs);
    }
    shop.index.refresh();
    assertReadable(data, tree);
  }

  private static Void putSome(
      BlobWriter writer, Random random, Map<BlobId, byte[]> data, Map<BlobId, byte[]> tree)
      throws IOException {
    for (int i = 0; i < 150; i++) {
      int length = 1 + random.nextInt(i % 30 == 0 ? 3 << 20 : i % 7 == 0 ? 200_000 : 5000);
      byte[] blob = i % 4 == 0 ? Workshop.noise(random, length) : Workshop.blob(random, length);
      BlobKind kind = i % 5 == 0 ? BlobKind.TREE : BlobKind.DATA;
      BlobId id = writer.put(kind, blob, 0, length);
      (kind == BlobKind.DATA ? data : tree).put(id, blob);
    }
    return null;
  }

  private void assertReadable(Map<BlobId, byte[]> data, Map<BlobId, byte[]> tree)
      throws IOException {
    BlobReader reader = shop.reader();
    for (Map.Entry<BlobId, byte[]> blob : data.entrySet()) {
      assertThat(reader.get(BlobKind.DATA, blob.getKey())).isEqualTo(blob.getValue());
    }
    for (Map.Entry<BlobId, byte[]> blob : tree.entrySet()) {
      assertThat(reader.get(BlobKind.TREE, blob.getKey())).isEqualTo(blob.getValue());
    }
  }

  private void assertVerified(List<PackDescription> packs) throws IOException {
    PackReader reader = new PackReader(shop.storage, shop.keys);
    for (PackDescription pack : packs) {
      assertThat(reader.verify(pack, Progress.NONE).damage()).isEmpty();
      assertThat(reader.describe(pack.id())).isEqualTo(pack);
      assertThat(Files.size(shop.file(pack))).isEqualTo(pack.size());
    }
  }

  @Test
  void blobsOfEveryLengthComeBack() throws IOException {
    for (int length :
        new int[] {1, 2, 4095, Lane.LARGE - 1, Lane.LARGE, 1 << 20, 4 << 20, 8 << 20}) {
      for (BlobKind kind : BlobKind.values()) {
        byte[] blob = Workshop.blob(random, length);
        byte[] noise = Workshop.noise(random, length);
        assertVerified(shop.store(kind, blob, noise));
        assertThat(shop.reader().get(kind, shop.id(kind, blob))).isEqualTo(blob);
        assertThat(shop.reader().get(kind, shop.id(kind, noise))).isEqualTo(noise);
      }
    }
  }

  @Test
  void blobsOfForbiddenLengthsAreRefused() throws IOException {
    try (BlobWriter writer = shop.writer()) {
      byte[] bytes = new byte[(8 << 20) + 1];
      assertThatThrownBy(() -> writer.put(BlobKind.DATA, bytes, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.put(BlobKind.DATA, bytes, 0, bytes.length))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(writer.flush()).isEmpty();
    }
  }

  @Test
  void smallBlobsShareFramesInTheirOrderAndKindsDoNotMix() throws IOException {
    List<BlobId> ids = new ArrayList<>();
    try (BlobWriter writer = shop.writer()) {
      for (int i = 0; i < 500; i++) {
        byte[] blob = Workshop.blob(random, 8000);
        ids.add(writer.put(BlobKind.DATA, blob, 0, blob.length));
        writer.put(BlobKind.TREE, blob, 0, blob.length);
      }
      List<PackDescription> packs = writer.flush();
      assertThat(packs).extracting(PackDescription::kind).containsOnlyOnce(BlobKind.DATA);
      PackDescription data =
          packs.stream().filter(p -> p.kind() == BlobKind.DATA).findFirst().orElseThrow();
      assertThat(data.frames()).hasSizeBetween(4, 5);
      List<BlobId> stored = new ArrayList<>();
      for (FrameDescription frame : data.frames()) {
        for (int i = 0; i < frame.blobs(); i++) {
          stored.add(frame.id(i));
        }
      }
      assertThat(stored).isEqualTo(ids);
      assertThat(data.size()).isLessThan(500 * 8000 * 6 / 10);
    }
  }

  @Test
  void packsEndNearTheirTargetAndArePadded() throws IOException {
    try (BlobWriter writer = shop.writer()) {
      for (int i = 0; i < 70; i++) {
        byte[] blob = Workshop.noise(random, 1 << 20);
        writer.put(BlobKind.DATA, blob, 0, blob.length);
      }
      List<PackDescription> packs = writer.flush();
      assertThat(packs).hasSize(3);
      for (PackDescription pack : packs) {
        assertThat(pack.size()).isLessThan(34 << 20);
        assertThat(pack.size() % Math.max(256, Long.highestOneBit(pack.size() / 1024))).isZero();
      }
      assertVerified(packs);
    }
  }

  @Test
  void whatDoesNotCompressIsStoredAsItIs() throws IOException {
    byte[] noise = Workshop.noise(random, 1 << 20);
    byte[] text = Workshop.blob(random, 1 << 20);
    PackDescription pack = shop.store(BlobKind.DATA, noise, text).getFirst();
    assertThat(pack.frames())
        .extracting(FrameDescription::codec)
        .containsExactly(FrameDescription.STORED, FrameDescription.ZSTD);
  }

  @Test
  void whatTheRepositoryHasIsNotStoredAgain() throws IOException {
    byte[] blob = Workshop.blob(random, 5000);
    shop.store(BlobKind.DATA, blob);
    try (BlobWriter writer = shop.writer()) {
      writer.put(BlobKind.DATA, blob, 0, blob.length);
      assertThat(writer.flush()).isEmpty();
      assertThat(writer.statistics()).isEqualTo(new BlobWriter.Statistics(0, 0, 1, blob.length, 0));
    }
  }

  @Test
  void aFlushReturnsEveryPackOnceAndTheWriterGoesOn() throws IOException {
    try (BlobWriter writer = shop.writer()) {
      Set<PackDescription> all = new HashSet<>();
      for (int i = 0; i < 5; i++) {
        byte[] blob = Workshop.blob(random, 5000);
        writer.put(BlobKind.DATA, blob, 0, blob.length);
        List<PackDescription> packs = writer.flush();
        assertThat(packs).hasSize(1);
        assertThat(all.addAll(packs)).isTrue();
      }
      assertThat(writer.flush()).isEmpty();
    }
  }

  @Test
  void segmentsAreBoundedAndNameEveryPack() throws IOException {
    try (BlobWriter writer = shop.writer()) {
      for (int i = 0; i < 300_000; i++) {
        byte[] blob = {(byte) i, (byte) (i >> 8), (byte) (i >> 16)};
        writer.put(BlobKind.DATA, blob, 0, blob.length);
      }
      List<PackDescription> packs = writer.flush();
      assertThat(packs.size()).isGreaterThan(4);
      List<SegmentWriter.Written> segments = writer.writeSegments(packs);
      assertThat(segments)
          .hasSizeGreaterThan(1)
          .allMatch(
              s ->
                  new IndexSegment(List.of(), s.packs()).encode().length
                      <= SegmentWriter.TARGET + 8);
      assertThat(segments.stream().flatMap(s -> s.packs().stream())).isEqualTo(packs);
      assertThat(shop.index.segments())
          .containsExactlyInAnyOrderElementsOf(
              segments.stream().map(SegmentWriter.Written::id).toList());
    }
  }

  @Test
  void closingWithoutAFlushLeavesNothingBehind() throws IOException {
    try (BlobWriter writer = shop.writer()) {
      for (int i = 0; i < 10; i++) {
        byte[] blob = Workshop.noise(random, 1 << 20);
        writer.put(BlobKind.DATA, blob, 0, blob.length);
      }
    }
    assertThat(shop.packFiles()).isEmpty();
    assertThat(shop.directory.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void afterAFailedWriteEverythingFailsWithItsCause() throws IOException {
    BrokenStorage broken = new BrokenStorage(shop.storage, 3 << 20, 100);
    assertFailsWith(broken, "the cable was cut");
  }

  @Test
  void afterAFailedCommitEverythingFailsWithItsCause() throws IOException {
    assertFailsWith(new BrokenStorage(shop.storage, Long.MAX_VALUE, 0), "the disk was full");
  }

  private void assertFailsWith(BrokenStorage broken, String why) throws IOException {
    try (BlobWriter writer = new BlobWriter(broken, shop.keys, shop.index)) {
      Callable<Void> putting =
          () -> {
            for (int i = 0; i < 200; i++) {
              byte[] blob = Workshop.noise(random, 1 << 20);
              writer.put(BlobKind.DATA, blob, 0, blob.length);
            }
            return null;
          };
      assertThatThrownBy(putting::call).isInstanceOf(IOException.class).hasMessage(why);
      assertThatThrownBy(writer::flush).isInstanceOf(IOException.class).hasMessage(why);
      assertThatThrownBy(() -> writer.put(BlobKind.TREE, new byte[] {1}, 0, 1)).hasMessage(why);
    }
    assertThat(broken.open).hasValue(0);
    assertThat(shop.packFiles()).isEmpty();
  }

  @Test
  void anInterruptedCallerIsToldSoAndNobodyReliesOnItsBlob() throws IOException {
    byte[] blob = Workshop.noise(random, 4 << 20);
    try (BlobWriter writer = shop.writer()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(
              () -> {
                writer.put(BlobKind.DATA, blob, 0, blob.length);
                writer.flush();
              })
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static long blobsIn(List<PackDescription> packs) {
    return packs.stream().mapToLong(PackDescription::blobs).sum();
  }

  private static void assertNoThreadIsLeft() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("salvor-")) {
        // An executor says that it has ended a moment before its threads have.
        assertThat(thread.join(Duration.ofSeconds(10))).as(thread.getName()).isTrue();
      }
    }
  }
}
