package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import org.junit.jupiter.api.Test;

/** Damage of an erasable repository after an erasure. */
class ErasedDamageTest extends SampledDamageContract {
  @Override
  Specimen make() throws Exception {
    return ErasedSpecimen.make(temp);
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
