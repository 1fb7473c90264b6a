package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views are a cache: whatever becomes of them, the index says the same. */
class ViewCacheTest {
  @TempDir Path directory;
  private IndexPlace place;

  @BeforeEach
  void makeRepository() throws IOException {
    place = new IndexPlace(directory);
  }

  @AfterEach
  void closeStorage() throws IOException {
    place.close();
  }

  @Test
  void aSmallSegmentDoesNotRewriteALargeView() throws IOException {
    List<PackDescription> large = place.packs(50, 2, 20);
    place.segments().write(large);
    try (BlobIndex index = place.open()) {
      List<Path> before = place.views();
      List<PackDescription> small = place.packs(1, 1, 5);
      place.segments().write(small);
      index.refresh();
      assertThat(place.views()).hasSize(2).containsAll(before);
      IndexPlace.assertHolds(index, large);
      IndexPlace.assertHolds(index, small);
    }
  }

  @Test
  void viewsStayFewHoweverManySegmentsCome() throws IOException {
    List<PackDescription> all = new ArrayList<>();
    try (BlobIndex index = place.open()) {
      for (int i = 0; i < 60; i++) {
        List<PackDescription> packs = place.packs(1, 1, 10);
        all.addAll(packs);
        place.segments().write(packs);
        index.refresh();
      }
      assertThat(place.views().size()).isLessThan(6);
      IndexPlace.assertHolds(index, all);
    }
  }

  @Test
  void aViewThatIsGoneIsBuiltAgain() throws IOException {
    List<PackDescription> packs = place.packs(10, 2, 10);
    place.segments().write(packs);
    place.open().close();
    for (Path view : place.views()) {
      Files.delete(view);
    }
    try (BlobIndex index = place.open()) {
      IndexPlace.assertHolds(index, packs);
      assertThat(place.views()).hasSize(1);
    }
  }

  @Test
  void aViewThatWasCutOffIsBuiltAgain() throws IOException {
    List<PackDescription> packs = place.packs(10, 2, 10);
    place.segments().write(packs);
    place.open().close();
    long size = Files.size(place.views().getFirst());
    for (long length : new long[] {0, 10, 4096, 5000, size - 1}) {
      try (RandomAccessFile file = new RandomAccessFile(place.views().getFirst().toFile(), "rw")) {
        file.setLength(length);
      }
      try (BlobIndex index = place.open()) {
        IndexPlace.assertHolds(index, packs);
      }
    }
  }

  @Test
  void garbageAnywhereInAViewIsNoticedAndTheViewBuiltAgain() throws IOException {
    List<PackDescription> packs = place.packs(10, 2, 10);
    place.segments().write(packs);
    place.open().close();
    long size = Files.size(place.views().getFirst());
    for (long at = 0; at < size; at += 61) {
      IndexPlace.flip(place.views().getFirst(), at);
      try (BlobIndex index = place.open()) {
        IndexPlace.assertHolds(index, packs);
        place.assertHasNoStrangers(index);
        Set<ObjectId> seen = new HashSet<>();
        index.packs(pack -> seen.add(pack.id()));
        assertThat(seen).hasSize(10);
      }
    }
  }

  @Test
  void aViewThatIsDamagedWhileInUseIsBuiltAgain() throws IOException {
    List<PackDescription> packs = place.packs(30, 2, 20);
    place.segments().write(packs);
    try (BlobIndex index = place.open()) {
      IndexPlace.assertHolds(index, packs);
      Path view = place.views().getFirst();
      for (long at = 4096; at < Files.size(view); at += 500) {
        IndexPlace.flip(view, at);
      }
      IndexPlace.assertHolds(index, packs);
      place.assertHasNoStrangers(index);
      assertThat(place.views()).hasSize(1).doesNotContain(view);
    }
  }

  @Test
  void pagesOfAnotherViewAreNotTakenForItsOwn() throws IOException {
    List<PackDescription> packs = place.packs(30, 2, 20);
    place.segments().write(packs);
    place.open().close();
    Path first = place.views().getFirst();
    byte[] before = Files.readAllBytes(first);
    Files.delete(first);
    try (BlobIndex index = place.open()) {
      Path second = place.views().getFirst();
      byte[] mixed = Files.readAllBytes(second);
      assertThat(mixed).hasSameSizeAs(before);
      int half = before.length / 2 / Page.SIZE * Page.SIZE;
      System.arraycopy(before, half, mixed, half, before.length - half);
      Files.write(second, mixed);
      IndexPlace.assertHolds(index, packs);
      assertThat(place.views()).doesNotContain(second);
    }
  }

  @Test
  void aCacheThatCannotBeWrittenOnlyCostsMemory() throws IOException {
    List<PackDescription> packs = place.packs(5, 2, 30);
    place.segments().write(packs);
    Path file = Files.createFile(place.directory().resolve("file"));
    List<String> warnings = new ArrayList<>();
    Progress progress =
        new Progress() {
          @Override
          public void warn(String code, String key, String message) {
            warnings.add(code);
          }
        };
    try (BlobIndex index =
        BlobIndex.open(place.storage(), place.keys(), file.resolve("cache"), progress)) {
      IndexPlace.assertHolds(index, packs);
      List<PackDescription> more = place.packs(5, 2, 30);
      place.segments().write(more);
      index.refresh();
      IndexPlace.assertHolds(index, packs);
      IndexPlace.assertHolds(index, more);
    }
    assertThat(warnings).containsExactly(ErrorCode.LOCAL_STATE.code());
  }

  @Test
  void twoProcessesShareACache() throws IOException {
    List<PackDescription> packs = place.packs(10, 2, 20);
    place.segments().write(packs);
    try (BlobIndex one = place.open();
        BlobIndex other = place.open()) {
      List<PackDescription> more = place.packs(10, 2, 20);
      place.segments().write(more);
      one.refresh();
      IndexPlace.assertHolds(other, packs);
      IndexPlace.assertLacks(other, more);
      other.refresh();
      one.refresh();
      IndexPlace.assertHolds(one, packs);
      IndexPlace.assertHolds(one, more);
      IndexPlace.assertHolds(other, packs);
      IndexPlace.assertHolds(other, more);
    }
    try (BlobIndex later = place.open()) {
      IndexPlace.assertHolds(later, packs);
      assertThat(place.views()).hasSize(1);
    }
  }

  @Test
  void aCancelledBuildLeavesNothingBehind() throws IOException {
    place.segments().write(place.packs(5, 2, 30));
    Progress cancelled =
        new Progress() {
          @Override
          public void checkCancelled() {
            throw new SalvorException(ErrorCode.INTERRUPTED, "cancelled", "asked to", "retry");
          }
        };
    assertThatThrownBy(
            () -> BlobIndex.open(place.storage(), place.keys(), place.cache(), cancelled))
        .isInstanceOf(SalvorException.class);
    assertThat(place.views()).isEmpty();
    assertThat(place.cache().resolve("tmp")).isEmptyDirectory();
  }
}
