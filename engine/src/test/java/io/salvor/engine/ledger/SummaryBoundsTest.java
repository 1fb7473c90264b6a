package io.salvor.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How much one summary takes in: no object may be larger than the format allows. */
class SummaryBoundsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final int SMALL = 64;
  private static final int MANY = LedgerSummary.MOST_ENTRIES;
  private static final int ROOM = (24 << 20) - MANY * SMALL;

  private final Map<ObjectId, LedgerView.Read> entries = new HashMap<>();

  @Test
  void aSummaryIsMadeFromOneMoreEntryOnThanMayCome() {
    small(MANY);
    assertThat(covered()).isEmpty();
    small(1);
    assertThat(covered()).hasSize(MANY + 1);
  }

  @Test
  void whatWouldMakeItTooLargeIsLeftOut() {
    small(MANY);
    ObjectId one = add(labelled(13 << 20));
    ObjectId other = add(labelled((13 << 20) + 1));
    assertThat(covered()).hasSize(MANY + 1).contains(one).doesNotContain(other);
  }

  @Test
  void ofOneEntryThereIsNothingToSumUp() {
    small(1);
    LedgerEntry large = labelled(25 << 20);
    for (int i = 0; i < MANY; i++) {
      add(large);
    }
    assertThat(covered()).isEmpty();
    small(1);
    assertThat(covered()).hasSize(2);
  }

  @Test
  void everythingThatAnEntrySaysCountsForItsSize() {
    Set<ObjectId> ids = ids(3);
    for (LedgerChange change :
        List.of(
            LedgerChange.adding(List.of(line("backups/a", 5), line("backups/bb", 7))),
            LedgerChange.removing(List.of("backups/a", "backups/bbbb")),
            LedgerChange.closing(
                List.of(
                    new Closure(new ObjectId(1, 1), ids),
                    new Closure(new ObjectId(2, 2), Set.of()))))) {
      assertThat(takes(change, size(change))).as("just so").isTrue();
      assertThat(takes(change, size(change) - 1)).as("a byte too many").isFalse();
    }
  }

  /** Whether an entry that says this, and fills all room but so much with a label, is taken in. */
  private boolean takes(LedgerChange change, int besides) {
    entries.clear();
    small(MANY);
    List<LedgerEntry.Added> added = new ArrayList<>(change.added());
    added.add(line("x", ROOM - SMALL - besides - 44 - 1));
    ObjectId large = add(entry(new LedgerChange(added, change.removed(), change.closures())));
    return covered().contains(large);
  }

  private static int size(LedgerChange change) {
    int size = 0;
    for (LedgerEntry.Added line : change.added()) {
      size += 44 + line.object().length() + line.label().length();
    }
    for (String name : change.removed()) {
      size += 4 + name.length();
    }
    for (Closure closure : change.closures()) {
      size += 24 + 17 * closure.accepted().size();
    }
    return size;
  }

  @Test
  void aSummaryIsTakenInIfItIsNoLargerThanWhatCameSince() {
    int same = ((MANY + 1) * SMALL - SMALL) / 17;
    for (int more = 0; more < 2; more++) {
      entries.clear();
      small(MANY + 1);
      Set<ObjectId> before = ids(same + more);
      ObjectId summary = add(summary(before));
      if (more == 0) {
        assertThat(covered()).contains(summary).containsAll(before);
        assertThat(LedgerSummary.of(view()).spare()).isEqualTo(before);
      } else {
        assertThat(covered()).hasSize(MANY + 1).doesNotContain(summary);
        assertThat(LedgerSummary.of(view()).spare()).isEmpty();
      }
    }
  }

  @Test
  void ofSummariesTheSmallerOnesAreTakenInFirst() {
    small(MANY + 1);
    ObjectId large = add(summary(ids(700)));
    ObjectId little = add(summary(ids(800, 3)));
    ObjectId too = add(summary(ids(2000, 5000)));
    assertThat(covered()).contains(large, little).doesNotContain(too);
  }

  private Set<ObjectId> covered() {
    return LedgerSummary.of(view()).covered();
  }

  private LedgerView view() {
    return new LedgerView(entries, Set.of());
  }

  private void small(int n) {
    for (int i = 0; i < n; i++) {
      add(entry(LedgerChange.adding(List.of())));
    }
  }

  private ObjectId add(LedgerEntry entry) {
    ObjectId id = new ObjectId(1000, entries.size());
    entries.put(id, new LedgerView.Read(entry, new byte[32]));
    return id;
  }

  private static LedgerEntry entry(LedgerChange change) {
    return new LedgerEntry(1, List.of(), change, NOW, "me", Set.of());
  }

  private static LedgerEntry labelled(int length) {
    return entry(LedgerChange.adding(List.of(line("x", length))));
  }

  private static LedgerEntry summary(Set<ObjectId> covered) {
    return new LedgerEntry(1, List.of(), LedgerChange.adding(List.of()), NOW, "me", covered);
  }

  private static LedgerEntry.Added line(String object, int label) {
    return new LedgerEntry.Added(object, new byte[32], "l".repeat(label));
  }

  private static Set<ObjectId> ids(int n) {
    return ids(0, n);
  }

  private static Set<ObjectId> ids(int from, int n) {
    Set<ObjectId> ids = new HashSet<>();
    for (int i = from; i < from + n; i++) {
      ids.add(new ObjectId(7, i));
    }
    return ids;
  }
}
