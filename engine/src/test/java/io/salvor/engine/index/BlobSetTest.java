package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobSetTest {
  @TempDir Path directory;
  private final KeyRing keys = SamplePacks.ring();
  private final Random random = new Random(11);
  private Path cache;
  private Storage storage;
  private SegmentWriter segments;

  @BeforeEach
  void makeRepository() throws IOException {
    cache = directory.resolve("cache");
    storage = DirectoryStorage.create(directory.resolve("repository"));
    segments = new SegmentWriter(storage, keys);
  }

  @AfterEach
  void closeStorage() throws IOException {
    storage.close();
  }

  @Test
  void aBlobIsInItOnceItWasAddedAndNoOther() throws IOException {
    for (Path place : List.of(cache, unusable())) {
      PackDescription pack = pack();
      segments.write(List.of(pack));
      try (BlobIndex index = BlobIndex.open(storage, keys, place, Progress.NONE)) {
        BlobSet set = new BlobSet(index);
        BlobId stranger = new BlobId(1, 2, 3, 4);
        assertThat(set.contains(BlobKind.DATA, id(pack, 0))).isFalse();
        set.add(BlobKind.DATA, id(pack, 0));
        set.add(BlobKind.TREE, stranger);
        assertThat(set.contains(BlobKind.DATA, id(pack, 0))).isTrue();
        assertThat(set.contains(BlobKind.TREE, id(pack, 0))).isFalse();
        assertThat(set.contains(BlobKind.DATA, id(pack, 1))).isFalse();
        assertThat(set.contains(BlobKind.TREE, stranger)).isTrue();
        assertThat(set.contains(BlobKind.DATA, stranger)).isFalse();
      }
    }
  }

  @Test
  void aBlobInOnePackIsNotTheOneInAnother() throws IOException {
    for (Path place : List.of(cache, unusable())) {
      PackDescription one = pack();
      PackDescription other = alike(one);
      PackDescription stranger = alike(one);
      segments.write(List.of(one, other));
      try (BlobIndex index = BlobIndex.open(storage, keys, place, Progress.NONE)) {
        BlobSet set = new BlobSet(index);
        set.addIn(one.id(), id(one, 3));
        set.addIn(stranger.id(), id(one, 4));
        assertThat(set.containsIn(one.id(), id(one, 3))).isTrue();
        assertThat(set.containsIn(other.id(), id(one, 3))).isFalse();
        assertThat(set.containsIn(one.id(), id(one, 4))).isFalse();
        assertThat(set.containsIn(stranger.id(), id(one, 4))).isTrue();
      }
    }
  }

  @Test
  void whatWasAddedStaysWhenTheIndexHasTakenInMore() throws IOException {
    PackDescription before = pack();
    PackDescription after = pack();
    segments.write(List.of(before));
    try (BlobIndex index = BlobIndex.open(storage, keys, cache, Progress.NONE)) {
      BlobSet set = new BlobSet(index);
      set.addIn(before.id(), id(before, 1));
      index.suppose(to -> to.see(after));
      set.renew();
      set.addIn(after.id(), id(after, 2));
      set.addIn(before.id(), id(before, 3));
      assertThat(set.containsIn(before.id(), id(before, 1))).isTrue();
      assertThat(set.containsIn(before.id(), id(before, 3))).isTrue();
      assertThat(set.containsIn(after.id(), id(after, 2))).isTrue();
      assertThat(set.containsIn(after.id(), id(after, 1))).isFalse();
    }
  }

  @Test
  void whatIsSupposedIsFoundUntilOthersAreAndLeavesNoFile() throws IOException {
    for (Path place : List.of(cache, unusable())) {
      PackDescription named = pack();
      PackDescription supposed = pack();
      PackDescription next = pack();
      segments.write(List.of(named));
      try (BlobIndex index = BlobIndex.open(storage, keys, place, Progress.NONE)) {
        index.suppose(to -> to.see(supposed));
        index.refresh();
        assertThat(index.find(BlobKind.DATA, id(supposed, 0)))
            .hasValueSatisfying(found -> assertThat(found.pack()).isEqualTo(supposed.id()));
        assertThat(index.contains(BlobKind.DATA, id(named, 0))).isTrue();
        assertThat(index.segments()).doesNotContain(supposed.id());
        index.suppose(to -> to.see(next));
        assertThat(index.contains(BlobKind.DATA, id(next, 0))).isTrue();
      }
      try (BlobIndex index = BlobIndex.open(storage, keys, place, Progress.NONE)) {
        assertThat(index.contains(BlobKind.DATA, id(named, 0))).isTrue();
        assertThat(index.contains(BlobKind.DATA, id(supposed, 0))).isFalse();
        assertThat(index.contains(BlobKind.DATA, id(next, 0))).isFalse();
      }
    }
    try (Stream<Path> files = Files.list(cache)) {
      assertThat(files.filter(ViewWriter::isView)).hasSize(1);
    }
  }

  private Path unusable() throws IOException {
    return Files.createTempFile(directory, "file", "").resolve("cache");
  }

  private PackDescription pack() {
    return SamplePacks.pack(random, BlobKind.DATA, 2, 10);
  }

  /** Another pack with the same blobs. */
  private PackDescription alike(PackDescription pack) {
    return new PackDescription(pack().id(), pack.sha256(), pack.size(), pack.kind(), pack.frames());
  }

  private static BlobId id(PackDescription pack, int blob) {
    return pack.frames().getFirst().id(blob);
  }
}
