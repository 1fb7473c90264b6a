package io.salvor.engine.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackDamageTest {
  @TempDir Path temporary;
  private final Random random = new Random(11);
  private Workshop shop;
  private PackReader packs;

  @BeforeEach
  void open() throws IOException {
    shop = new Workshop(temporary);
    packs = new PackReader(shop.storage, shop.keys);
  }

  @AfterEach
  void close() throws IOException {
    shop.close();
  }

  @Test
  void everyFlippedByteIsNoticedAndNoBlobComesBackWrong() throws IOException {
    byte[] one = Workshop.blob(random, 300);
    byte[] two = Workshop.noise(random, 200);
    byte[] three = Workshop.blob(random, Lane.LARGE);
    Arrays.fill(three, (byte) 'x');
    PackDescription pack = shop.store(BlobKind.DATA, one, two, three).getFirst();
    assertThat(pack.size()).isLessThan(4000);
    for (long at = 0; at < pack.size(); at++) {
      Workshop.flip(shop.file(pack), at);
      PackReport report = packs.verify(pack, Progress.NONE);
      assertThat(report.isIntact()).as("byte %s", at).isFalse();
      int readable = 0;
      for (byte[] blob : List.of(one, two, three)) {
        BlobId id = shop.id(BlobKind.DATA, blob);
        try {
          assertThat(shop.reader().get(BlobKind.DATA, id)).isEqualTo(blob);
          readable++;
        } catch (SalvorException e) {
          assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED);
        }
      }
      assertThat(report.blobs()).isEqualTo(readable);
      assertThat(unreadable(report)).isEqualTo(3 - readable);
      assertThatThrownBy(() -> packs.describe(pack.id())).isInstanceOf(SalvorException.class);
      Workshop.flip(shop.file(pack), at);
    }
    assertThat(packs.verify(pack, Progress.NONE).isIntact()).isTrue();
  }

  @Test
  void everyTornPackIsNoticed() throws IOException {
    byte[] one = Workshop.blob(random, 300);
    byte[] large = Workshop.noise(random, Lane.LARGE);
    PackDescription pack = shop.store(BlobKind.TREE, one, large).getFirst();
    byte[] whole = Files.readAllBytes(shop.file(pack));
    for (int length = 0; length < whole.length; length += length < 1000 ? 13 : 10_007) {
      Files.write(shop.file(pack), Arrays.copyOf(whole, length));
      assertThat(packs.verify(pack, Progress.NONE).isIntact()).isFalse();
      assertThatThrownBy(() -> packs.describe(pack.id())).isInstanceOf(SalvorException.class);
    }
    Files.write(shop.file(pack), Arrays.copyOf(whole, whole.length + 256));
    assertThat(packs.verify(pack, Progress.NONE).isIntact()).isFalse();
    assertThatThrownBy(() -> packs.describe(pack.id())).isInstanceOf(SalvorException.class);
  }

  @Test
  void anotherPackInItsPlaceIsNoticed() throws IOException {
    byte[] one = Workshop.blob(random, 300);
    byte[] two = Workshop.blob(random, 300);
    PackDescription pack = shop.store(BlobKind.DATA, one).getFirst();
    PackDescription other = shop.store(BlobKind.DATA, two).getFirst();
    Files.write(shop.file(pack), Files.readAllBytes(shop.file(other)));
    PackReport report = packs.verify(pack, Progress.NONE);
    assertThat(unreadable(report)).isEqualTo(1);
    assertThatThrownBy(() -> shop.reader().get(BlobKind.DATA, shop.id(BlobKind.DATA, one)))
        .isInstanceOf(SalvorException.class);
  }

  @Test
  void aLostPackLosesItsBlobsAndSaysSo() throws IOException {
    byte[] one = Workshop.blob(random, 300);
    PackDescription pack = shop.store(BlobKind.DATA, one).getFirst();
    Files.delete(shop.file(pack));
    PackReport report = packs.verify(pack, Progress.NONE);
    assertThat(unreadable(report)).isEqualTo(1);
    assertThatThrownBy(() -> shop.reader().get(BlobKind.DATA, shop.id(BlobKind.DATA, one)))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_LOST));
    assertThatThrownBy(() -> packs.describe(pack.id()))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_LOST));
  }

  @Test
  void anUnknownBlobIsLost() {
    assertThatThrownBy(() -> shop.reader().get(BlobKind.TREE, new BlobId(1, 2, 3, 4)))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BLOB_LOST));
  }

  @Test
  void anotherPackServesWhenOneIsDamagedOrLost() throws IOException {
    byte[] blob = Workshop.blob(random, 3000);
    BlobId id = shop.id(BlobKind.DATA, blob);
    PackDescription pack = shop.store(BlobKind.DATA, blob).getFirst();
    PackDescription copy = copy(pack, blob);
    shop.index.add(copy);
    assertThat(shop.index.locations(BlobKind.DATA, id)).hasSize(2);
    for (PackDescription damaged : List.of(pack, copy)) {
      byte[] whole = Files.readAllBytes(shop.file(damaged));
      Workshop.flip(shop.file(damaged), PackDescription.HEADER_SIZE + 5);
      assertThat(shop.reader().get(BlobKind.DATA, id)).isEqualTo(blob);
      Files.write(shop.file(damaged), whole);
      Workshop.flip(shop.file(damaged), 4);
      assertThat(shop.reader().get(BlobKind.DATA, id)).as("version").isEqualTo(blob);
      Files.write(shop.file(damaged), Arrays.copyOf(whole, 150));
      assertThat(shop.reader().get(BlobKind.DATA, id)).isEqualTo(blob);
      Files.delete(shop.file(damaged));
      assertThat(shop.reader().get(BlobKind.DATA, id)).isEqualTo(blob);
      Files.write(shop.file(damaged), whole);
    }
  }

  /** Another pack with the same blob, as two writers make it that know nothing of each other. */
  private PackDescription copy(PackDescription pack, byte[] blob) throws IOException {
    try (PackWriter writer = new PackWriter(shop.storage, shop.keys, pack.kind())) {
      Frame frame = new Frame(new FrameBuffers(1 << 20).take(blob.length));
      frame.add(pack.frames().getFirst().id(0), blob, 0, blob.length);
      writer.append(frame);
      PackDescription copy = writer.finish();
      writer.commit();
      return copy;
    }
  }

  @Test
  void anotherBlobUnderAnIdIsNoticed() throws IOException {
    byte[] right = Workshop.blob(random, 3000);
    byte[] wrong = Workshop.blob(random, 3000);
    BlobId id = shop.id(BlobKind.DATA, right);
    try (PackWriter writer = new PackWriter(shop.storage, shop.keys, BlobKind.DATA)) {
      Frame frame = new Frame(new FrameBuffers(1 << 20).take(3000));
      frame.add(id, wrong, 0, wrong.length);
      writer.append(frame);
      PackDescription pack = writer.finish();
      writer.commit();
      shop.index.add(pack);
      assertThat(packs.verify(pack, Progress.NONE).damage())
          .singleElement()
          .satisfies(damage -> assertThat(damage.blobs()).containsExactly(id));
      assertThatThrownBy(() -> shop.reader().get(BlobKind.DATA, id))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
    }
  }

  @Test
  void hostileTrailersAndDirectoriesAreRefused() throws IOException {
    byte[] empty = new byte[4 + 49];
    for (int claimed : new int[] {Integer.MAX_VALUE, -1, 0, 20, 1 << 30, empty.length + 15}) {
      assertRefused(empty, claimed);
    }
    for (int frames : new int[] {Integer.MAX_VALUE, -1, 0, 1, 2}) {
      byte[] directory = new byte[300];
      ByteBuffer.wrap(directory).putInt(frames).putInt(1 << 30).putInt(1).put((byte) 0).putInt(7);
      assertRefused(directory, directory.length + 16);
    }
  }

  private void assertRefused(byte[] directory, int claimed) throws IOException {
    KeyRing.NewObject object = shop.keys.newObject(ObjectKind.DATA_PACK);
    ByteBuffer out = ByteBuffer.allocate(128 + directory.length + 16 + 32 + 32);
    byte[] sealed = new byte[directory.length + 16];
    object.key().seal(ObjectKey.DIRECTORY, 0, directory, 0, directory.length, sealed, 0);
    byte[] trailer = ByteBuffer.allocate(16).putInt(claimed).array();
    byte[] sealedTrailer = new byte[32];
    object.key().seal(ObjectKey.TRAILER, 0, trailer, 0, 16, sealedTrailer, 0);
    out.put(object.header()).put(sealed).put(sealedTrailer);
    ObjectId id = object.id();
    shop.storage.put(ObjectKind.DATA_PACK.name(id), out.array());
    assertThatThrownBy(() -> packs.readDirectory(BlobKind.DATA, id, out.capacity()))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
  }

  private static int unreadable(PackReport report) {
    return report.damage().stream().mapToInt(damage -> damage.blobs().size()).sum();
  }
}
