package io.salvor.testkit.damage;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage of a repository that is too large for all of it to be tried each time: a sample is. */
abstract class SampledDamageContract extends DamageContract {
  @Override
  int step() {
    return 997;
  }

  @Override
  @Test
  @Tag("slow")
  void theMachineThatMadeItMissesTheNewestLedgerEntryToo() throws Exception {
    super.theMachineThatMadeItMissesTheNewestLedgerEntryToo();
  }

  @Override
  @Test
  @Tag("slow")
  void whatWasCutOffOrLengthenedIsNoticed() throws Exception {
    super.whatWasCutOffOrLengthenedIsNoticed();
  }

  @Override
  @Test
  @Tag("slow")
  void objectsOfOneKindThatChangePlacesAreNoticed() throws Exception {
    super.objectsOfOneKindThatChangePlacesAreNoticed();
  }

  @Override
  @Test
  @Tag("slow")
  void aStorageThatWasPutBackIsNoticedByWhoKnewBetter() throws Exception {
    super.aStorageThatWasPutBackIsNoticedByWhoKnewBetter();
  }

  @Override
  @Test
  @Tag("slow")
  void damageOfASegmentIsNoticedByAMachineThatKnowsItsContent() throws Exception {
    super.damageOfASegmentIsNoticedByAMachineThatKnowsItsContent();
  }
}
