package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damage of an erasable repository after an erasure. */
class ErasedDamageTest extends DamageContract {
  @Override
  Specimen make() throws Exception {
    return ErasedSpecimen.make(temp);
  }

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

  @Test
  void itTellsOfTheErasure() throws Exception {
    try (Repository repository = specimen.opening().open(newMachine(), specimen.storage())) {
      assertThat(repository.description().erasable()).isTrue();
      assertThat(Facts.of(repository).notes())
          .extracting(note -> note.fact().word())
          .contains("forgotten", "erased");
    }
  }
}
