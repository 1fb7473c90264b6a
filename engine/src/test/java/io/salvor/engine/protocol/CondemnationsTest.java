package io.salvor.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.TestKeys;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CondemnationsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 5);
  private static final ObjectId ONE = new ObjectId(1, 1);
  private static final ObjectId TWO = new ObjectId(2, 2);
  private static final ObjectId PACK = new ObjectId(7, 7);
  private static final ObjectId OTHER = new ObjectId(-8, 8);

  @TempDir Path temp;
  private final KeyRing keys = TestKeys.ring();
  private Storage storage;

  @BeforeEach
  void open() throws IOException {
    storage = DirectoryStorage.create(temp.resolve("r"));
  }

  @AfterEach
  void close() throws IOException {
    storage.close();
    keys.close();
  }

  @Test
  void whatIsWrittenIsReadWithItsPacksInOrder() {
    Condemnation all =
        new Condemnation(ONE, NOW, List.of(OTHER, PACK, PACK), "me", List.of(TWO, ONE, TWO));
    assertThat(all.packs()).hasSize(2).isSorted();
    assertThat(all.superseded()).containsExactly(ONE, TWO);
    assertThat(Condemnation.decode(all.encode())).isEqualTo(all);
    Condemnation least = new Condemnation(ONE, NOW, List.of(), "", List.of());
    assertThat(Condemnation.decode(least.encode())).isEqualTo(least);
  }

  @Test
  void packsThatDoNotAscendOrEndWithinAnIdAreRefused() {
    assertThat(Condemnation.decode(message(PACK, OTHER)).packs()).containsExactly(PACK, OTHER);
    assertMalformed(message(OTHER, PACK));
    assertMalformed(message(PACK, PACK));
    CborWriter cut = new CborWriter().map().key(0).bytes(ONE.bytes()).key(1).time(NOW);
    assertMalformed(cut.key(2).bytes(new byte[17]).end().toByteArray());
    assertMalformed(new CborWriter().map().key(1).time(NOW).end().toByteArray());
    byte[] sound = message(PACK);
    assertMalformed(Arrays.copyOf(sound, sound.length + 1));
  }

  @Test
  void whatALaterVersionAddsIsPassedOver() {
    CborWriter out = new CborWriter().map().key(0).bytes(ONE.bytes()).key(1).time(NOW);
    byte[] later = out.key(9).array().text("later").end().end().toByteArray();
    assertThat(Condemnation.decode(later))
        .isEqualTo(new Condemnation(ONE, NOW, List.of(), "", List.of()));
    CborWriter other = new CborWriter().map().key(0).bytes(ONE.bytes()).key(1).time(NOW);
    assertThat(Revocation.decode(other.key(9).text("later").end().toByteArray()))
        .isEqualTo(new Revocation(ONE, NOW, "", false));
  }

  private static byte[] message(ObjectId... packs) {
    byte[] ids = new byte[packs.length * ObjectId.SIZE];
    for (int i = 0; i < packs.length; i++) {
      System.arraycopy(packs[i].bytes(), 0, ids, i * ObjectId.SIZE, ObjectId.SIZE);
    }
    CborWriter out = new CborWriter().map().key(0).bytes(ONE.bytes()).key(1).time(NOW);
    return out.key(2).bytes(ids).end().toByteArray();
  }

  private static void assertMalformed(byte[] message) {
    assertThatThrownBy(() -> Condemnation.decode(message)).isInstanceOf(MalformedException.class);
  }

  @Test
  void allThatAreThereCountTogether() throws IOException {
    put(ONE, new Condemnation(ONE, NOW, List.of(PACK), "me", List.of()));
    Condemnations read = new Condemnations(storage, keys);
    read.refresh();
    assertThat(read.packs()).containsExactly(PACK);
    put(TWO, new Condemnation(TWO, NOW, List.of(OTHER), "me", List.of()));
    read.refresh();
    assertThat(read.packs()).containsExactlyInAnyOrder(PACK, OTHER);
    assertThat(read.all()).extracting(Condemnation::id).containsExactly(ONE, TWO);
    read.requireAllReadable();
  }

  @Test
  void whatWasKnownStaysThoughItsObjectIsGone() throws IOException {
    put(ONE, new Condemnation(ONE, NOW, List.of(PACK), "me", List.of()));
    Condemnations read = new Condemnations(storage, keys);
    read.refresh();
    storage.delete(ObjectKind.CONDEMNATION.name(ONE));
    read.refresh();
    assertThat(read.packs()).containsExactly(PACK);
    assertThat(read.damaged()).isEmpty();
  }

  @Test
  void whatThisProcessHasWrittenCountsBeforeAListShowsIt() {
    Condemnations read = new Condemnations(storage, keys);
    read.add(new Condemnation(TWO, NOW, List.of(PACK), "me", List.of()));
    read.add(new Condemnation(ONE, NOW, List.of(OTHER), "me", List.of()));
    assertThat(read.all()).extracting(Condemnation::id).containsExactly(ONE, TWO);
    assertThat(read.packs()).containsExactlyInAnyOrder(PACK, OTHER);
  }

  @Test
  void oneThatCannotBeReadStopsWhoeverRelies() throws IOException {
    put(ONE, new Condemnation(ONE, NOW, List.of(PACK), "me", List.of()));
    put(TWO, new Condemnation(TWO, NOW, List.of(OTHER), "me", List.of()));
    ObjectName name = ObjectKind.CONDEMNATION.name(TWO);
    byte[] object = storage.get(name);
    object[object.length / 2] ^= 1;
    storage.delete(name);
    storage.put(name, object);
    int[] lists = {0};
    Storage counted =
        new ForwardingStorage(storage) {
          @Override
          public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
            lists[0]++;
            super.list(prefix, each);
          }
        };
    Condemnations read = new Condemnations(counted, keys);
    read.refresh();
    assertThat(lists[0]).as("a damaged one is there, and not looked for again").isEqualTo(2);
    assertThat(read.damaged()).containsExactly(name);
    assertThat(read.packs()).containsExactly(PACK);
    assertThatThrownBy(read::requireAllReadable)
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED);
              assertThat(e.getMessage()).contains(name.value());
            });
    storage.delete(name);
    read.refresh();
    read.requireAllReadable();
  }

  @Test
  void oneUnderAnothersNameOrOfAnotherFormCannotBeRead() throws IOException {
    put(ONE, new Condemnation(TWO, NOW, List.of(PACK), "me", List.of()));
    ObjectName two = ObjectKind.CONDEMNATION.name(TWO);
    storage.put(two, keys.sealSmall(ObjectKind.CONDEMNATION, TWO, new byte[] {1}));
    Condemnations read = new Condemnations(storage, keys);
    read.refresh();
    assertThat(read.damaged()).containsExactly(ObjectKind.CONDEMNATION.name(ONE), two);
    assertThat(read.packs()).isEmpty();
  }

  @Test
  void oneThatVanishesBetweenListAndReadingIsLookedForInItsSuccessor() throws IOException {
    put(ONE, new Condemnation(ONE, NOW, List.of(PACK), "me", List.of()));
    Merging merging = new Merging(storage);
    Condemnations read = new Condemnations(merging, keys);
    read.refresh();
    assertThat(read.packs()).containsExactly(PACK);
    assertThat(read.all()).extracting(Condemnation::id).containsExactly(TWO);
  }

  @Test
  void listsThatNeverAgreeEndAllTheSame() throws IOException {
    int[] lists = {0};
    Storage haunted =
        new ForwardingStorage(storage) {
          @Override
          public void list(String prefix, Consumer<ObjectInfo> each) {
            lists[0]++;
            each.accept(new ObjectInfo(ObjectKind.CONDEMNATION.name(ONE), 1));
          }
        };
    new Condemnations(haunted, keys).refresh();
    assertThat(lists[0]).isBetween(10, 30);
  }

  /** Another pruner merges the condemnation as soon as it was listed. */
  private final class Merging extends ForwardingStorage {
    private boolean merged;

    private Merging(Storage to) {
      super(to);
    }

    @Override
    public byte[] get(ObjectName name) throws IOException {
      if (!merged) {
        merged = true;
        Condemnation merger = new Condemnation(TWO, NOW, List.of(PACK), "me", List.of(ONE));
        CondemnationsTest.this.put(TWO, merger);
        storage.delete(ObjectKind.CONDEMNATION.name(ONE));
        throw new NoSuchFileException(name.value());
      }
      return super.get(name);
    }
  }

  private void put(ObjectId id, Condemnation condemnation) throws IOException {
    byte[] object = keys.sealSmall(ObjectKind.CONDEMNATION, id, condemnation.encode());
    storage.put(ObjectKind.CONDEMNATION.name(id), object);
  }
}
