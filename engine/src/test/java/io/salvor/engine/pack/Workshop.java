package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.SamplePacks;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A repository of packs in a directory. */
final class Workshop implements AutoCloseable {
  final KeyRing keys = SamplePacks.ring();
  final Path directory;
  final Storage storage;
  final BlobIndex index;

  Workshop(Path temporary) throws IOException {
    this.directory = temporary.resolve("repository");
    this.storage = DirectoryStorage.create(directory);
    this.index = BlobIndex.open(storage, keys, temporary.resolve("cache"), Progress.NONE);
  }

  BlobWriter writer() {
    return new BlobWriter(storage, keys, index);
  }

  BlobReader reader() {
    return new BlobReader(storage, keys, index);
  }

  /** Stores blobs and gives the packs. */
  List<PackDescription> store(BlobKind kind, byte[]... blobs) throws IOException {
    try (BlobWriter writer = writer()) {
      for (byte[] blob : blobs) {
        writer.put(kind, blob, 0, blob.length);
      }
      List<PackDescription> packs = writer.flush();
      writer.writeSegments(packs);
      return packs;
    }
  }

  BlobId id(BlobKind kind, byte[] blob) {
    return keys.blobId(kind, blob, 0, blob.length);
  }

  Path file(PackDescription pack) {
    return directory.resolve(pack.name().value());
  }

  List<Path> packFiles() throws IOException {
    Path packs = directory.resolve("packs");
    if (!Files.exists(packs)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(packs)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      int was = bytes.read();
      bytes.seek(at);
      bytes.write(was ^ 1);
    }
  }

  /** Bytes that compress to about half. */
  static byte[] blob(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) ('a' + random.nextInt(16));
    }
    return bytes;
  }

  static byte[] noise(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    index.close();
    storage.close();
  }
}
