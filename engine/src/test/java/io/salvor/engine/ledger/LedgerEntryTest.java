package io.salvor.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Entries of the ledger as bytes. */
class LedgerEntryTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 7);
  private static final ObjectId ONE = new ObjectId(1, 2);
  private static final ObjectId TWO = new ObjectId(-3, 4);

  @Test
  void anEntryIsReadAsItWasWritten() {
    byte[] hash = new byte[32];
    Arrays.fill(hash, (byte) 5);
    LedgerChange change =
        new LedgerChange(
            List.of(new LedgerEntry.Added("backups/a", hash, "label")),
            List.of("backups/b", "backups/c"),
            List.of(new Closure(ONE, Set.of(TWO, ONE)), new Closure(TWO, Set.of())),
            Set.of(TWO));
    LedgerEntry entry =
        new LedgerEntry(
            3,
            List.of(new LedgerEntry.Predecessor(TWO, hash)),
            change,
            NOW,
            "me",
            Set.of(ONE, TWO));
    LedgerEntry read = LedgerEntry.decode(entry.encode());
    assertThat(read.number()).isEqualTo(3);
    assertThat(read.predecessors()).extracting(LedgerEntry.Predecessor::id).containsExactly(TWO);
    assertThat(read.predecessors().getFirst().sha256()).isEqualTo(hash);
    assertThat(read.added()).extracting(LedgerEntry.Added::object).containsExactly("backups/a");
    assertThat(read.added().getFirst().sha256()).isEqualTo(hash);
    assertThat(read.added().getFirst().label()).isEqualTo("label");
    assertThat(read.removed()).containsExactly("backups/b", "backups/c");
    assertThat(read.closures()).isEqualTo(change.closures());
    assertThat(read.givenUp()).containsExactly(TWO);
    assertThat(read.time()).isEqualTo(NOW);
    assertThat(read.author()).isEqualTo("me");
    assertThat(read.covered()).containsExactlyInAnyOrder(ONE, TWO);
    assertThat(read.summary()).isTrue();
    assertThat(read.encode()).isEqualTo(entry.encode());
  }

  @Test
  void numbersRunFromOneToTheirEnd() {
    for (long number : new long[] {1, LedgerEntry.MAX_NUMBER}) {
      assertThat(LedgerEntry.decode(message(number, new byte[0])).number()).isEqualTo(number);
    }
    assertMalformed(message(0, new byte[0]));
    assertMalformed(message(LedgerEntry.MAX_NUMBER + 1, new byte[0]));
    byte[] sound = message(1, new byte[0]);
    assertMalformed(Arrays.copyOf(sound, sound.length + 1));
  }

  @Test
  void whatIsCoveredIsAListOfIdsInOrder() {
    byte[] ids = new byte[32];
    ids[0] = 1;
    ids[16] = 2;
    assertThat(LedgerEntry.decode(message(1, ids)).covered()).hasSize(2);
    ids[16] = 1;
    assertMalformed(message(1, ids));
    ids[16] = 0;
    assertMalformed(message(1, ids));
    assertMalformed(message(1, new byte[17]));
    CborWriter none = new CborWriter().map().key(0).uint(1).key(4).time(NOW);
    assertMalformed(none.key(6).bytes(new byte[0]).end().toByteArray());
  }

  private static byte[] message(long number, byte[] covered) {
    CborWriter out = new CborWriter().map().key(0).uint(number).key(4).time(NOW);
    if (covered.length > 0) {
      out.key(6).bytes(covered);
    }
    return out.end().toByteArray();
  }

  private static void assertMalformed(byte[] message) {
    assertThatThrownBy(() -> LedgerEntry.decode(message)).isInstanceOf(MalformedException.class);
  }
}
