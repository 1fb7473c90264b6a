package io.salvor.testkit.model;

import static io.salvor.testkit.model.Searches.breaks;
import static io.salvor.testkit.model.ledger.Ledger.Part.ADVERSARY;
import static io.salvor.testkit.model.ledger.Ledger.Part.REMOVER;
import static io.salvor.testkit.model.ledger.Ledger.Part.SECOND_HOLDER;
import static io.salvor.testkit.model.ledger.Ledger.Part.SECOND_SUMMARIZER;
import static io.salvor.testkit.model.ledger.Ledger.Part.SUMMARIZER;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each rule of the ledger is for: one test per rule, named for it. */
final class LedgerRulesTest {
  private static final String UNNOTICED = "a loss was not noticed";
  private static final String FALSE_ALARM = "an alarm, though nothing was lost";

  @Test
  void ledgerBeforeAck() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.LEDGER_BEFORE_ACK);
  }

  @Test
  void ledgerNamesPredecessors() {
    breaks(UNNOTICED, Set.of(ADVERSARY, REMOVER), Rule.LEDGER_NAMES_PREDECESSORS);
  }

  @Test
  void memoryKeepsWhatIsGone() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.MEMORY_KEEPS_WHAT_IS_GONE);
  }

  @Test
  void rememberOwnEntry() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.REMEMBER_OWN_ENTRY);
  }

  @Test
  void noticeMissingPredecessors() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.NOTICE_MISSING_PREDECESSORS);
  }

  @Test
  void rememberLastLedger() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.REMEMBER_LAST_LEDGER);
  }

  @Test
  void rememberAllHeads() {
    breaks(UNNOTICED, Set.of(ADVERSARY, REMOVER), Rule.REMEMBER_ALL_HEADS);
  }

  @Test
  void ledgerBeforeRemember() {
    breaks(FALSE_ALARM, Set.of(ADVERSARY), Rule.LEDGER_BEFORE_REMEMBER);
  }

  @Test
  void rememberBeforeAck() {
    breaks(UNNOTICED, Set.of(ADVERSARY), Rule.REMEMBER_BEFORE_ACK);
  }

  @Test
  void removalBeforeDelete() {
    breaks(FALSE_ALARM, Set.of(REMOVER, ADVERSARY), Rule.REMOVAL_BEFORE_DELETE);
  }

  @Test
  void removalIsFinal() {
    breaks(FALSE_ALARM, Set.of(REMOVER), Rule.REMOVAL_IS_FINAL);
  }

  @Test
  void readLedgerAgain() {
    breaks(FALSE_ALARM, Set.of(REMOVER), Rule.READ_LEDGER_AGAIN);
  }

  @Test
  void adoptUnlisted() {
    breaks(UNNOTICED, Set.of(SECOND_HOLDER, ADVERSARY), Rule.ADOPT_UNLISTED);
  }

  @Test
  void summaryBeforeDelete() {
    breaks(FALSE_ALARM, Set.of(SUMMARIZER), Rule.SUMMARY_BEFORE_DELETE);
  }

  @Test
  void summaryCoversWhatItRead() {
    breaks(UNNOTICED, Set.of(SUMMARIZER, ADVERSARY), Rule.SUMMARY_COVERS_WHAT_IT_READ);
  }

  @Test
  void summaryRepeatsRemovals() {
    breaks(FALSE_ALARM, Set.of(SUMMARIZER, REMOVER), Rule.SUMMARY_REPEATS_REMOVALS);
  }

  @Test
  void summaryRepeatsWhatWasCovered() {
    breaks(
        FALSE_ALARM, Set.of(SUMMARIZER, SECOND_SUMMARIZER), Rule.SUMMARY_REPEATS_WHAT_WAS_COVERED);
  }

  @Test
  void summaryNamesWhatIsMissing() {
    breaks(UNNOTICED, Set.of(SUMMARIZER, ADVERSARY), Rule.SUMMARY_NAMES_WHAT_IS_MISSING);
  }
}
