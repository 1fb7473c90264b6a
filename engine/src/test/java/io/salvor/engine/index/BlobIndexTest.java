package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobIndexTest {
  @TempDir Path directory;
  private final KeyRing keys = SamplePacks.ring();
  private final Random random = new Random(7);
  private Path cache;
  private Storage storage;
  private SegmentWriter segments;

  @BeforeEach
  void makeRepository() throws IOException {
    cache = directory.resolve("cache/repository");
    storage = DirectoryStorage.create(directory.resolve("repository"));
    segments = new SegmentWriter(storage, keys);
  }

  @AfterEach
  void closeStorage() throws IOException {
    storage.close();
  }

  @Test
  void everyBlobIsFoundWhereItsPackSaysAndNoOther() throws IOException {
    List<PackDescription> packs = packs(40, 3, 20);
    segments.write(packs.subList(0, 30));
    segments.write(packs.subList(30, 40));
    try (BlobIndex index = open()) {
      assertHolds(index, packs);
      assertHasNoStrangers(index);
      assertThat(views()).hasSize(1);
    }
  }

  @Test
  void sortingWithNextToNoMemoryGivesTheSame() throws IOException {
    List<PackDescription> packs = packs(100, 3, 40);
    segments.write(packs);
    try (BlobIndex index =
        BlobIndex.open(storage, keys, cache, Progress.NONE, 100 * Page.ROW, 100)) {
      assertHolds(index, packs);
      assertHasNoStrangers(index);
    }
    assertThat(cache.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void aNewSegmentIsMergedAndARemovedOneForgotten() throws IOException {
    List<PackDescription> first = packs(20, 2, 10);
    List<PackDescription> second = packs(10, 2, 10);
    SegmentWriter.Written old = segments.write(first).getFirst();
    try (BlobIndex index = open()) {
      segments.write(second);
      index.refresh();
      assertHolds(index, first);
      assertHolds(index, second);
      storage.delete(ObjectKind.INDEX_SEGMENT.name(old.id()));
      index.refresh();
      assertLacks(index, first);
      assertHolds(index, second);
      assertThat(index.segments()).hasSize(1);
    }
    try (BlobIndex index = open()) {
      assertLacks(index, first);
      assertHolds(index, second);
    }
  }

  @Test
  void aSmallSegmentDoesNotRewriteALargeView() throws IOException {
    List<PackDescription> large = packs(50, 2, 20);
    segments.write(large);
    try (BlobIndex index = open()) {
      List<Path> before = views();
      List<PackDescription> small = packs(1, 1, 5);
      segments.write(small);
      index.refresh();
      assertThat(views()).hasSize(2).containsAll(before);
      assertHolds(index, large);
      assertHolds(index, small);
    }
  }

  @Test
  void viewsStayFewHoweverManySegmentsCome() throws IOException {
    List<PackDescription> all = new ArrayList<>();
    try (BlobIndex index = open()) {
      for (int i = 0; i < 60; i++) {
        List<PackDescription> packs = packs(1, 1, 10);
        all.addAll(packs);
        segments.write(packs);
        index.refresh();
      }
      assertThat(views().size()).isLessThan(6);
      assertHolds(index, all);
    }
  }

  @Test
  void aSupersededSegmentCountsNoMore() throws IOException {
    List<PackDescription> packs = packs(4, 2, 10);
    SegmentWriter.Written old = segments.write(packs).getFirst();
    try (BlobIndex index = open()) {
      segments.write(List.of(old.id()), packs.subList(2, 4));
      index.refresh();
      assertLacks(index, packs.subList(0, 2));
      assertHolds(index, packs.subList(2, 4));
    }
    try (BlobIndex index = open()) {
      assertLacks(index, packs.subList(0, 2));
      assertThat(index.segments()).hasSize(1).doesNotContain(old.id());
    }
  }

  @Test
  void aBlobOfSeveralPacksIsFoundInEach() throws IOException {
    byte[] ids = new byte[32];
    random.nextBytes(ids);
    List<PackDescription> packs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      PackDescription pack = packs(1, 1, 1).getFirst();
      List<FrameDescription> frames = List.of(SamplePacks.frame(random, ids));
      packs.add(new PackDescription(pack.id(), pack.sha256(), 10_000_000, BlobKind.DATA, frames));
    }
    List<PackDescription> others = packs(20, 3, 20);
    segments.write(packs.subList(0, 150));
    segments.write(others);
    try (BlobIndex index = open()) {
      packs.subList(150, 200).forEach(index::add);
      List<BlobLocation> found = index.locations(BlobKind.DATA, BlobId.from(ids, 0));
      assertThat(found)
          .extracting(BlobLocation::pack)
          .containsExactlyInAnyOrderElementsOf(packs.stream().map(PackDescription::id).toList());
      assertThat(index.contains(BlobKind.TREE, BlobId.from(ids, 0))).isFalse();
      assertHolds(index, others);
    }
  }

  @Test
  void aViewThatIsGoneIsBuiltAgain() throws IOException {
    List<PackDescription> packs = packs(10, 2, 10);
    segments.write(packs);
    open().close();
    for (Path view : views()) {
      Files.delete(view);
    }
    try (BlobIndex index = open()) {
      assertHolds(index, packs);
      assertThat(views()).hasSize(1);
    }
  }

  @Test
  void aViewThatWasCutOffIsBuiltAgain() throws IOException {
    List<PackDescription> packs = packs(10, 2, 10);
    segments.write(packs);
    open().close();
    long size = Files.size(views().getFirst());
    for (long length : new long[] {0, 10, 4096, 5000, size - 1}) {
      try (RandomAccessFile file = new RandomAccessFile(views().getFirst().toFile(), "rw")) {
        file.setLength(length);
      }
      try (BlobIndex index = open()) {
        assertHolds(index, packs);
      }
    }
  }

  @Test
  void garbageAnywhereInAViewIsNoticedAndTheViewBuiltAgain() throws IOException {
    List<PackDescription> packs = packs(10, 2, 10);
    segments.write(packs);
    open().close();
    long size = Files.size(views().getFirst());
    for (long at = 0; at < size; at += 61) {
      flip(views().getFirst(), at);
      try (BlobIndex index = open()) {
        assertHolds(index, packs);
        assertHasNoStrangers(index);
        Set<ObjectId> seen = new HashSet<>();
        index.packs(pack -> seen.add(pack.id()));
        assertThat(seen).hasSize(10);
      }
    }
  }

  @Test
  void aViewThatIsDamagedWhileInUseIsBuiltAgain() throws IOException {
    List<PackDescription> packs = packs(30, 2, 20);
    segments.write(packs);
    try (BlobIndex index = open()) {
      assertHolds(index, packs);
      Path view = views().getFirst();
      for (long at = 4096; at < Files.size(view); at += 500) {
        flip(view, at);
      }
      assertHolds(index, packs);
      assertHasNoStrangers(index);
      assertThat(views()).hasSize(1).doesNotContain(view);
    }
  }

  @Test
  void pagesOfAnotherViewAreNotTakenForItsOwn() throws IOException {
    List<PackDescription> packs = packs(30, 2, 20);
    segments.write(packs);
    open().close();
    Path first = views().getFirst();
    byte[] before = Files.readAllBytes(first);
    Files.delete(first);
    try (BlobIndex index = open()) {
      Path second = views().getFirst();
      byte[] mixed = Files.readAllBytes(second);
      assertThat(mixed).hasSameSizeAs(before);
      int half = before.length / 2 / Page.SIZE * Page.SIZE;
      System.arraycopy(before, half, mixed, half, before.length - half);
      Files.write(second, mixed);
      assertHolds(index, packs);
      assertThat(views()).doesNotContain(second);
    }
  }

  @Test
  void aDamagedSegmentIsAnIssueAndTheOthersServe() throws IOException {
    List<PackDescription> sound = packs(3, 2, 10);
    List<PackDescription> lost = packs(3, 2, 10);
    segments.write(sound);
    SegmentWriter.Written damaged = segments.write(lost).getFirst();
    String name = ObjectKind.INDEX_SEGMENT.name(damaged.id()).value();
    flip(directory.resolve("repository").resolve(name), 100);
    try (BlobIndex index = open()) {
      assertHolds(index, sound);
      assertLacks(index, lost);
      assertThat(index.issues())
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED);
                assertThat(issue).hasMessageContaining(name);
              });
      flip(directory.resolve("repository").resolve(name), 100);
      index.refresh();
      assertThat(index.issues()).isEmpty();
      assertHolds(index, lost);
    }
  }

  @Test
  void whatThisProcessHasWrittenIsFoundBeforeAnySegmentNamesIt() throws IOException {
    List<PackDescription> packs = packs(5, 2, 300);
    try (BlobIndex index = open()) {
      packs.forEach(index::add);
      assertHolds(index, packs);
      assertHasNoStrangers(index);
      Set<PackDescription> seen = new HashSet<>();
      index.descriptions(seen::add);
      assertThat(seen).containsExactlyInAnyOrderElementsOf(packs);
    }
  }

  @Test
  void whatSegmentsNameLeavesMemoryAndIsThereForTheNextProcess() throws IOException {
    List<PackDescription> packs = packs(5, 2, 30);
    List<PackDescription> unnamed = packs(2, 2, 30);
    try (BlobIndex index = BlobIndex.open(storage, keys, cache, Progress.NONE, 1 << 20, 100)) {
      packs.forEach(index::add);
      unnamed.forEach(index::add);
      for (SegmentWriter.Written segment : segments.write(packs)) {
        index.adopt(segment);
      }
      assertThat(views()).hasSize(1);
      assertHolds(index, packs);
      assertHolds(index, unnamed);
      index.refresh();
      assertHolds(index, packs);
    }
    try (Storage blind = new NoSegments(storage);
        BlobIndex index = BlobIndex.open(blind, keys, cache, Progress.NONE)) {
      assertHolds(index, packs);
      assertLacks(index, unnamed);
    }
  }

  @Test
  void aCacheThatCannotBeWrittenOnlyCostsMemory() throws IOException {
    List<PackDescription> packs = packs(5, 2, 30);
    segments.write(packs);
    Path file = Files.createFile(directory.resolve("file"));
    List<String> warnings = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void warn(String code, String key, String message) {
            warnings.add(code);
          }
        };
    try (BlobIndex index = BlobIndex.open(storage, keys, file.resolve("cache"), progress)) {
      assertHolds(index, packs);
      List<PackDescription> more = packs(5, 2, 30);
      segments.write(more);
      index.refresh();
      assertHolds(index, packs);
      assertHolds(index, more);
    }
    assertThat(warnings).containsExactly(ErrorCode.LOCAL_STATE.code());
  }

  @Test
  void twoProcessesShareACache() throws IOException {
    List<PackDescription> packs = packs(10, 2, 20);
    segments.write(packs);
    try (BlobIndex one = open();
        BlobIndex other = open()) {
      List<PackDescription> more = packs(10, 2, 20);
      segments.write(more);
      one.refresh();
      assertHolds(other, packs);
      assertLacks(other, more);
      other.refresh();
      one.refresh();
      assertHolds(one, packs);
      assertHolds(one, more);
      assertHolds(other, packs);
      assertHolds(other, more);
    }
    try (BlobIndex later = open()) {
      assertHolds(later, packs);
      assertThat(views()).hasSize(1);
    }
  }

  @Test
  void everyPackIsShownWithItsFrames() throws IOException {
    List<PackDescription> packs = packs(12, 2, 20);
    segments.write(packs);
    try (BlobIndex index = open()) {
      List<PackDescription> seen = new ArrayList<>();
      index.descriptions(seen::add);
      assertThat(seen).containsExactlyInAnyOrderElementsOf(packs);
      List<PackSummary> summaries = new ArrayList<>();
      index.packs(summaries::add);
      assertThat(summaries)
          .containsExactlyInAnyOrderElementsOf(
              packs.stream()
                  .map(p -> new PackSummary(p.id(), p.sha256(), p.size(), p.kind()))
                  .toList());
    }
  }

  @Test
  void aCancelledBuildLeavesNothingBehind() throws IOException {
    segments.write(packs(5, 2, 30));
    Progress cancelled =
        new Progress() {
          @Override
          public void checkCancelled() {
            throw new SalvorException(ErrorCode.INTERRUPTED, "cancelled", "asked to", "retry");
          }
        };
    assertThatThrownBy(() -> BlobIndex.open(storage, keys, cache, cancelled))
        .isInstanceOf(SalvorException.class);
    assertThat(views()).isEmpty();
    assertThat(cache.resolve("tmp")).isEmptyDirectory();
  }

  private BlobIndex open() throws IOException {
    return BlobIndex.open(storage, keys, cache, Progress.NONE);
  }

  private List<PackDescription> packs(int count, int frames, int blobsEach) {
    List<PackDescription> packs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BlobKind kind = i % 3 == 2 ? BlobKind.TREE : BlobKind.DATA;
      packs.add(SamplePacks.pack(random, kind, frames, blobsEach));
    }
    return packs;
  }

  private List<Path> views() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(ViewWriter::isView).sorted(Comparator.naturalOrder()).toList();
    }
  }

  private static void assertHolds(BlobIndex index, List<PackDescription> packs) {
    for (PackDescription pack : packs) {
      BlobKind other = pack.kind() == BlobKind.DATA ? BlobKind.TREE : BlobKind.DATA;
      long offset = PackDescription.HEADER_SIZE;
      for (int i = 0; i < pack.frames().size(); i++) {
        FrameDescription f = pack.frames().get(i);
        for (int b = 0; b < f.blobs(); b++) {
          assertThat(index.contains(pack.kind(), f.id(b))).isTrue();
          assertThat(index.contains(other, f.id(b))).isFalse();
          assertThat(index.find(pack.kind(), f.id(b)))
              .contains(
                  new BlobLocation(
                      pack.id(),
                      i,
                      offset,
                      f.stored(),
                      f.plain(),
                      f.codec(),
                      f.offset(b),
                      f.length(b)));
        }
        offset += f.stored();
      }
    }
  }

  private static void assertLacks(BlobIndex index, List<PackDescription> packs) {
    for (PackDescription pack : packs) {
      for (FrameDescription f : pack.frames()) {
        for (int b = 0; b < f.blobs(); b++) {
          assertThat(index.contains(pack.kind(), f.id(b))).isFalse();
          assertThat(index.locations(pack.kind(), f.id(b))).isEmpty();
        }
      }
    }
  }

  private void assertHasNoStrangers(BlobIndex index) {
    for (int i = 0; i < 2000; i++) {
      BlobId id =
          new BlobId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
      assertThat(index.contains(BlobKind.DATA, id)).isFalse();
    }
    for (long first : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(index.contains(BlobKind.TREE, new BlobId(first, first, first, first))).isFalse();
    }
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int was = bytes.read();
      bytes.seek(at);
      bytes.write(was ^ 0x10);
    }
  }
}
