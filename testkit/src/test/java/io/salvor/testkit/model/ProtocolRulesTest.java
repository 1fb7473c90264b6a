package io.salvor.testkit.model;

import static io.salvor.testkit.model.Rule.CHECK_REVOCATION_BEFORE_SEAL;
import static io.salvor.testkit.model.Rule.CLOSE_REVOKED_SESSIONS;
import static io.salvor.testkit.model.Rule.CONFIRM_AFTER_SEAL;
import static io.salvor.testkit.model.Rule.NO_DEDUP_AGAINST_CONDEMNED;
import static io.salvor.testkit.model.Rule.RECHECK_CONDEMNATIONS_BEFORE_SEAL;
import static io.salvor.testkit.model.Rule.SESSION_BEFORE_CONDEMNATION_READ;
import static io.salvor.testkit.model.Scenario.Event.ADOPT;
import static io.salvor.testkit.model.Scenario.Event.FORGET;
import static io.salvor.testkit.model.Scenario.Event.GIVE_UP;
import static io.salvor.testkit.model.Scenario.Event.HONEST_MARK;
import static io.salvor.testkit.model.Scenario.Event.LISTING_LAG;
import static io.salvor.testkit.model.Scenario.Event.MERGE;
import static io.salvor.testkit.model.Scenario.Event.MERGE_CONDEMNATIONS;
import static io.salvor.testkit.model.Scenario.Event.RESUME;
import static io.salvor.testkit.model.Searches.AB;
import static io.salvor.testkit.model.Searches.breaks;
import static io.salvor.testkit.model.Searches.holds;

import org.junit.jupiter.api.Test;

/** What each rule of writers and pruners is for: one test per rule, named for it. */
final class ProtocolRulesTest {
  private static final Scenario ONE_WRITER = Scenario.of(AB);
  private static final Scenario FORGETTING = ONE_WRITER.with(FORGET);
  private static final Scenario SLEEPING = ONE_WRITER.runs(2, 1).with(GIVE_UP);

  @Test
  void sessionBeforeCondemnationRead() {
    // The second reading, before the seal, stands in for the first one.
    holds(FORGETTING, SESSION_BEFORE_CONDEMNATION_READ);
    breaks(
        "lost {a}",
        FORGETTING,
        SESSION_BEFORE_CONDEMNATION_READ,
        RECHECK_CONDEMNATIONS_BEFORE_SEAL);
  }

  @Test
  void noDedupAgainstCondemned() {
    holds(FORGETTING, NO_DEDUP_AGAINST_CONDEMNED);
    breaks("lost {a}", FORGETTING, NO_DEDUP_AGAINST_CONDEMNED, RECHECK_CONDEMNATIONS_BEFORE_SEAL);
  }

  @Test
  void recheckCondemnationsBeforeSeal() {
    // Not needed: who was there before the condemnation is waited for, and what it uses is copied.
    holds(FORGETTING, RECHECK_CONDEMNATIONS_BEFORE_SEAL);
    holds(SLEEPING, RECHECK_CONDEMNATIONS_BEFORE_SEAL);
    holds(ONE_WRITER.pruners(2), RECHECK_CONDEMNATIONS_BEFORE_SEAL);
  }

  @Test
  void checkRevocationBeforeSeal() {
    // Not needed, nor enough: a writer can fall asleep between the check and the seal.
    holds(SLEEPING.with(FORGET, ADOPT), CHECK_REVOCATION_BEFORE_SEAL);
    holds(SLEEPING, CHECK_REVOCATION_BEFORE_SEAL, RECHECK_CONDEMNATIONS_BEFORE_SEAL);
  }

  @Test
  void checkParentLives() {
    breaks("lost its parent", FORGETTING, Rule.CHECK_PARENT_LIVES);
  }

  @Test
  void packBeforeIndex() {
    breaks("lost {a}", ONE_WRITER, Rule.PACK_BEFORE_INDEX);
  }

  @Test
  void indexBeforeSeal() {
    breaks("sealed backup 1 lost {b}", ONE_WRITER, Rule.INDEX_BEFORE_SEAL);
  }

  @Test
  void confirmAfterSeal() {
    breaks("acknowledged backup 1 is not listed", SLEEPING, CONFIRM_AFTER_SEAL);
  }

  @Test
  void closeRevokedSessions() {
    breaks("sealed backup 1 lost {b}", SLEEPING, CLOSE_REVOKED_SESSIONS);
    // Without both rules the check before the seal is all there is, as in restic-like designs.
    breaks("lost {b}", SLEEPING, CLOSE_REVOKED_SESSIONS, CONFIRM_AFTER_SEAL);
  }

  @Test
  void revokedWriterRechecks() {
    breaks("sealed backup 2 lost {b}", SLEEPING, Rule.REVOKED_WRITER_RECHECKS);
  }

  @Test
  void onlyAuthorEndsSession() {
    breaks(
        "sealed backup 1 lost {b}",
        Scenario.of(AB, AB).with(FORGET, RESUME),
        Rule.ONLY_AUTHOR_ENDS_SESSION);
  }

  @Test
  void revocationsAreKept() {
    breaks("acknowledged backup 1 is not listed", SLEEPING, Rule.REVOCATIONS_ARE_KEPT);
  }

  @Test
  void adopterConfirms() {
    breaks("acknowledged backup 1 is not listed", SLEEPING.with(ADOPT), Rule.ADOPTER_CONFIRMS);
  }

  @Test
  void parentIsRoot() {
    breaks("lost its parent", FORGETTING, Rule.PARENT_IS_ROOT);
  }

  @Test
  void listParentsAfterManifests() {
    breaks("lost its parent", FORGETTING, Rule.LIST_PARENTS_AFTER_MANIFESTS);
  }

  @Test
  void unsealedManifestIsRoot() {
    breaks("work is lost", SLEEPING.with(HONEST_MARK), Rule.UNSEALED_MANIFEST_IS_ROOT);
  }

  @Test
  void condemnationIsFinal() {
    breaks("lost {a}", ONE_WRITER.pruners(2), Rule.CONDEMNATION_IS_FINAL);
  }

  @Test
  void condemnBeforeListing() {
    breaks("lost {b}", ONE_WRITER, Rule.CONDEMN_BEFORE_LISTING);
  }

  @Test
  void waitForEarlierSessions() {
    breaks("lost {b}", ONE_WRITER, Rule.WAIT_FOR_EARLIER_SESSIONS);
  }

  @Test
  void listSessionsBeforeManifests() {
    breaks("acknowledged backup 1 lost {b}", ONE_WRITER, Rule.LIST_SESSIONS_BEFORE_MANIFESTS);
  }

  @Test
  void listManifestsAfterWait() {
    breaks("acknowledged backup 1 lost {b}", ONE_WRITER, Rule.LIST_MANIFESTS_AFTER_WAIT);
  }

  @Test
  void copyBeforeDelete() {
    breaks("acknowledged backup 0 lost {a}", ONE_WRITER, Rule.COPY_BEFORE_DELETE);
  }

  @Test
  void heedOtherCondemnations() {
    breaks("lost {a}", ONE_WRITER.pruners(2), Rule.HEED_OTHER_CONDEMNATIONS);
  }

  @Test
  void readIndexAfterManifests() {
    breaks("work is lost", FORGETTING.with(HONEST_MARK), Rule.READ_INDEX_AFTER_MANIFESTS);
  }

  @Test
  void listIndexUntilStable() {
    breaks("work is lost", FORGETTING.with(HONEST_MARK, MERGE), Rule.LIST_INDEX_UNTIL_STABLE);
    // A pruner that misses a pack refuses, or copies what it need not.
    holds(SLEEPING.with(MERGE), Rule.LIST_INDEX_UNTIL_STABLE);
  }

  @Test
  void mergeBeforeDelete() {
    breaks("lost {a}", ONE_WRITER.with(MERGE), Rule.MERGE_BEFORE_DELETE);
  }

  @Test
  void mergeCondemnationsBeforeDelete() {
    breaks(
        "lost {a}", FORGETTING.with(MERGE_CONDEMNATIONS), Rule.MERGE_CONDEMNATIONS_BEFORE_DELETE);
  }

  @Test
  void condemnationsAreKept() {
    breaks("lost {a}", FORGETTING, Rule.CONDEMNATIONS_ARE_KEPT);
  }

  @Test
  void waitListingLag() {
    breaks("lost {b}", ONE_WRITER.with(LISTING_LAG), Rule.WAIT_LISTING_LAG);
  }
}
