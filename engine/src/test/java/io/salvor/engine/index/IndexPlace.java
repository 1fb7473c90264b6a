package io.salvor.engine.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A repository that has nothing but index segments, and the cache of a machine. */
final class IndexPlace implements AutoCloseable {
  private final Path directory;
  private final KeyRing keys = SamplePacks.ring();
  private final Random random = new Random(7);
  private final Path cache;
  private final Storage storage;
  private final SegmentWriter segments;

  IndexPlace(Path directory) throws IOException {
    this.directory = directory;
    this.cache = directory.resolve("cache/repository");
    this.storage = DirectoryStorage.create(directory.resolve("repository"));
    this.segments = new SegmentWriter(storage, keys);
  }

  Path directory() {
    return directory;
  }

  KeyRing keys() {
    return keys;
  }

  Random random() {
    return random;
  }

  Path cache() {
    return cache;
  }

  Storage storage() {
    return storage;
  }

  SegmentWriter segments() {
    return segments;
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  BlobIndex open() throws IOException {
    return BlobIndex.open(storage, keys, cache, Progress.NONE);
  }

  /** Has a file where the cache's directory would be, so that the index is kept in memory. */
  void forbidFiles() throws IOException {
    Files.createDirectories(directory.resolve("cache"));
    Files.createFile(cache);
  }

  List<PackDescription> packs(int count, int frames, int blobsEach) {
    List<PackDescription> packs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BlobKind kind = i % 3 == 2 ? BlobKind.TREE : BlobKind.DATA;
      packs.add(SamplePacks.pack(random, kind, frames, blobsEach));
    }
    return packs;
  }

  List<Path> views() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.filter(ViewWriter::isView).sorted(Comparator.naturalOrder()).toList();
    }
  }

  static void assertHolds(BlobIndex index, List<PackDescription> packs) {
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

  static void assertLacks(BlobIndex index, List<PackDescription> packs) {
    for (PackDescription pack : packs) {
      for (FrameDescription f : pack.frames()) {
        for (int b = 0; b < f.blobs(); b++) {
          assertThat(index.contains(pack.kind(), f.id(b))).isFalse();
          assertThat(index.locations(pack.kind(), f.id(b))).isEmpty();
        }
      }
    }
  }

  void assertHasNoStrangers(BlobIndex index) {
    for (int i = 0; i < 2000; i++) {
      BlobId id =
          new BlobId(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
      assertThat(index.contains(BlobKind.DATA, id)).isFalse();
    }
    for (long first : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(index.contains(BlobKind.TREE, new BlobId(first, first, first, first))).isFalse();
    }
  }

  static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int was = bytes.read();
      bytes.seek(at);
      bytes.write(was ^ 0x10);
    }
  }
}
