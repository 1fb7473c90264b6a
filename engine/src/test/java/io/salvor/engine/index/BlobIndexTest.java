package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobIndexTest {
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
  void everyBlobIsFoundWhereItsPackSaysAndNoOther() throws IOException {
    List<PackDescription> packs = place.packs(40, 3, 20);
    place.segments().write(packs.subList(0, 30));
    place.segments().write(packs.subList(30, 40));
    try (BlobIndex index = place.open()) {
      IndexPlace.assertHolds(index, packs);
      place.assertHasNoStrangers(index);
      assertThat(place.views()).hasSize(1);
    }
  }

  @Test
  void sortingWithNextToNoMemoryGivesTheSame() throws IOException {
    List<PackDescription> packs = place.packs(100, 3, 40);
    place.segments().write(packs);
    try (BlobIndex index =
        BlobIndex.open(
            place.storage(), place.keys(), place.cache(), Progress.NONE, 100 * Page.ROW, 100)) {
      IndexPlace.assertHolds(index, packs);
      place.assertHasNoStrangers(index);
    }
    assertThat(place.cache().resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void aNewSegmentIsMergedAndARemovedOneForgotten() throws IOException {
    List<PackDescription> first = place.packs(20, 2, 10);
    List<PackDescription> second = place.packs(10, 2, 10);
    SegmentWriter.Written old = place.segments().write(first).getFirst();
    try (BlobIndex index = place.open()) {
      place.segments().write(second);
      index.refresh();
      IndexPlace.assertHolds(index, first);
      IndexPlace.assertHolds(index, second);
      place.storage().delete(ObjectKind.INDEX_SEGMENT.name(old.id()));
      index.refresh();
      IndexPlace.assertLacks(index, first);
      IndexPlace.assertHolds(index, second);
      assertThat(index.segments()).hasSize(1);
    }
    try (BlobIndex index = place.open()) {
      IndexPlace.assertLacks(index, first);
      IndexPlace.assertHolds(index, second);
    }
  }

  @Test
  void aSupersededSegmentCountsNoMore() throws IOException {
    List<PackDescription> packs = place.packs(4, 2, 10);
    SegmentWriter.Written old = place.segments().write(packs).getFirst();
    try (BlobIndex index = place.open()) {
      place.segments().write(List.of(old.id()), packs.subList(2, 4));
      index.refresh();
      IndexPlace.assertLacks(index, packs.subList(0, 2));
      IndexPlace.assertHolds(index, packs.subList(2, 4));
    }
    try (BlobIndex index = place.open()) {
      IndexPlace.assertLacks(index, packs.subList(0, 2));
      assertThat(index.segments()).hasSize(1).doesNotContain(old.id());
    }
  }

  @Test
  void aBlobOfSeveralPacksIsFoundInEach() throws IOException {
    byte[] ids = new byte[32];
    place.random().nextBytes(ids);
    List<PackDescription> packs = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      PackDescription pack = place.packs(1, 1, 1).getFirst();
      List<FrameDescription> frames = List.of(SamplePacks.frame(place.random(), ids));
      packs.add(new PackDescription(pack.id(), pack.sha256(), 10_000_000, BlobKind.DATA, frames));
    }
    List<PackDescription> others = place.packs(20, 3, 20);
    place.segments().write(packs.subList(0, 150));
    place.segments().write(others);
    try (BlobIndex index = place.open()) {
      packs.subList(150, 200).forEach(index::add);
      List<BlobLocation> found = index.locations(BlobKind.DATA, BlobId.from(ids, 0));
      assertThat(found)
          .extracting(BlobLocation::pack)
          .containsExactlyInAnyOrderElementsOf(packs.stream().map(PackDescription::id).toList());
      assertThat(index.contains(BlobKind.TREE, BlobId.from(ids, 0))).isFalse();
      IndexPlace.assertHolds(index, others);
    }
  }

  @Test
  void aDamagedSegmentIsAnIssueAndTheOthersServe() throws IOException {
    List<PackDescription> sound = place.packs(3, 2, 10);
    List<PackDescription> lost = place.packs(3, 2, 10);
    place.segments().write(sound);
    SegmentWriter.Written damaged = place.segments().write(lost).getFirst();
    String name = ObjectKind.INDEX_SEGMENT.name(damaged.id()).value();
    IndexPlace.flip(place.directory().resolve("repository").resolve(name), 100);
    try (BlobIndex index = place.open()) {
      IndexPlace.assertHolds(index, sound);
      IndexPlace.assertLacks(index, lost);
      assertThat(index.issues())
          .singleElement()
          .satisfies(
              issue -> {
                assertThat(issue.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED);
                assertThat(issue).hasMessageContaining(name);
              });
      IndexPlace.flip(place.directory().resolve("repository").resolve(name), 100);
      index.refresh();
      assertThat(index.issues()).isEmpty();
      IndexPlace.assertHolds(index, lost);
    }
  }

  @Test
  void whatThisProcessHasWrittenIsFoundBeforeAnySegmentNamesIt() throws IOException {
    List<PackDescription> packs = place.packs(5, 2, 300);
    try (BlobIndex index = place.open()) {
      packs.forEach(index::add);
      IndexPlace.assertHolds(index, packs);
      place.assertHasNoStrangers(index);
      Set<PackDescription> seen = new HashSet<>();
      index.descriptions(seen::add);
      assertThat(seen).containsExactlyInAnyOrderElementsOf(packs);
    }
  }

  @Test
  void whatSegmentsNameLeavesMemoryAndIsThereForTheNextProcess() throws IOException {
    List<PackDescription> packs = place.packs(5, 2, 30);
    List<PackDescription> unnamed = place.packs(2, 2, 30);
    try (BlobIndex index =
        BlobIndex.open(place.storage(), place.keys(), place.cache(), Progress.NONE, 1 << 20, 100)) {
      packs.forEach(index::add);
      unnamed.forEach(index::add);
      for (SegmentWriter.Written segment : place.segments().write(packs)) {
        index.adopt(segment);
      }
      assertThat(place.views()).hasSize(1);
      IndexPlace.assertHolds(index, packs);
      IndexPlace.assertHolds(index, unnamed);
      index.refresh();
      IndexPlace.assertHolds(index, packs);
    }
    try (Storage blind = new NoSegments(place.storage());
        BlobIndex index = BlobIndex.open(blind, place.keys(), place.cache(), Progress.NONE)) {
      IndexPlace.assertHolds(index, packs);
      IndexPlace.assertLacks(index, unnamed);
    }
  }

  @Test
  void everyPackIsShownWithItsFrames() throws IOException {
    List<PackDescription> packs = place.packs(12, 2, 20);
    place.segments().write(packs);
    try (BlobIndex index = place.open()) {
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
  void norDoesItWhereNoFileCanBeKept() throws IOException {
    List<PackDescription> packs = place.packs(4, 2, 10);
    SegmentWriter.Written old = place.segments().write(packs).getFirst();
    place.forbidFiles();
    SegmentWriter.Written second;
    try (BlobIndex index = place.open()) {
      IndexPlace.assertHolds(index, packs);
      second = place.segments().write(List.of(old.id()), packs.subList(2, 4));
      index.refresh();
      IndexPlace.assertLacks(index, packs.subList(0, 2));
      IndexPlace.assertHolds(index, packs.subList(2, 4));
      // What was learned of it is not forgotten at the next look.
      index.refresh();
      assertThat(index.segments()).containsExactly(second.id());
      assertThat(index.superseded()).containsExactly(old.id());
    }
    try (BlobIndex index = place.open()) {
      IndexPlace.assertLacks(index, packs.subList(0, 2));
      assertThat(index.segments()).containsExactly(second.id());
      place.storage().delete(ObjectKind.INDEX_SEGMENT.name(second.id()));
      index.refresh();
      IndexPlace.assertHolds(index, packs);
    }
  }

  @Test
  void whatOthersHaveRemovedIsForgottenWhereNoFileCanBeKept() throws IOException {
    List<PackDescription> first = place.packs(3, 2, 10);
    List<PackDescription> second = place.packs(3, 2, 10);
    SegmentWriter.Written old = place.segments().write(first).getFirst();
    place.segments().write(second);
    place.forbidFiles();
    try (BlobIndex index = place.open()) {
      place.storage().delete(ObjectKind.INDEX_SEGMENT.name(old.id()));
      index.refresh();
      IndexPlace.assertLacks(index, first);
      IndexPlace.assertHolds(index, second);
      assertThat(index.unnamed()).isEmpty();
    }
  }

  @Test
  void whatThisProcessHasWrittenAndAnotherHasReplacedCountsNoMore() throws IOException {
    List<PackDescription> packs = place.packs(4, 2, 10);
    try (BlobIndex index = place.open()) {
      packs.forEach(index::add);
      SegmentWriter.Written own = place.segments().write(packs).getFirst();
      index.adopt(own);
      place.segments().write(List.of(own.id()), packs.subList(2, 4));
      index.refresh();
      IndexPlace.assertLacks(index, packs.subList(0, 2));
      IndexPlace.assertHolds(index, packs.subList(2, 4));
      assertThat(index.unnamed()).isEmpty();
    }
  }

  @Test
  void whatASegmentOfThisProcessStandsForIsStillKnownWhenItHasLeftMemory() throws IOException {
    List<PackDescription> packs = place.packs(4, 2, 10);
    SegmentWriter.Written broken = place.segments().write(packs.subList(0, 2)).getFirst();
    String name = ObjectKind.INDEX_SEGMENT.name(broken.id()).value();
    IndexPlace.flip(place.directory().resolve("repository").resolve(name), 100);
    try (BlobIndex index = place.open()) {
      assertThat(index.issues()).hasSize(1);
      index.adopt(place.segments().write(List.of(broken.id()), packs));
    }
    try (BlobIndex index = place.open()) {
      assertThat(index.issues()).isEmpty();
      assertThat(index.superseded()).containsExactly(broken.id());
      IndexPlace.assertHolds(index, packs);
    }
  }

  @Test
  void manyAreLookedUpTogetherAsOneByOne() throws IOException {
    List<PackDescription> packs = new ArrayList<>(place.packs(60, 3, 20));
    place.segments().write(packs.subList(0, 50));
    byte[] ids = new byte[32];
    place.random().nextBytes(ids);
    for (int i = 0; i < 150; i++) {
      // A blob of more places than fit into a page.
      packs.add(
          new PackDescription(
              place.packs(1, 1, 1).getFirst().id(),
              new byte[32],
              10_000_000,
              BlobKind.DATA,
              List.of(SamplePacks.frame(place.random(), ids))));
    }
    place.segments().write(packs.subList(60, 210));
    try (BlobIndex index = place.open()) {
      packs.subList(50, 60).forEach(index::add);
      List<BlobQuery> queries = new ArrayList<>();
      for (PackDescription pack : packs) {
        for (FrameDescription frame : pack.frames()) {
          for (int blob = 0; blob < frame.blobs(); blob++) {
            long length = blob % 2 == 0 ? frame.length(blob) : BlobQuery.ANY;
            boolean twice = pack.frames().size() == 1;
            queries.add(new BlobQuery(pack.kind(), frame.id(blob), twice ? BlobQuery.ANY : length));
          }
        }
      }
      assertThat(index.haveAll(queries, any -> true)).isTrue();
      assertThat(index.haveAll(queries, at -> !at.pack().equals(packs.get(100).id()))).isTrue();
      for (PackDescription pack : packs.subList(0, 60)) {
        assertThat(index.haveAll(queries, at -> !at.pack().equals(pack.id()))).isFalse();
      }
      BlobQuery first = queries.getFirst();
      for (BlobQuery wrong :
          List.of(
              new BlobQuery(first.kind(), first.id(), first.length() + 1),
              new BlobQuery(BlobKind.SENSITIVE, first.id(), first.length()),
              new BlobQuery(first.kind(), new BlobId(-1, 2, 3, 4), BlobQuery.ANY))) {
        List<BlobQuery> more = new ArrayList<>(queries);
        more.add(wrong);
        assertThat(index.haveAll(more, any -> true)).isFalse();
      }
    }
  }
}
