package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.testkit.repository.Machine;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Damage of a plain repository: two backups, one on hold, and an interrupted session. */
class DamageTest extends DamageContract {
  @Override
  Specimen make() throws Exception {
    return Specimen.make(temp);
  }

  @Override
  int step() {
    return 5;
  }

  @Test
  void theSpecimenIsIntactAndHasEveryKindOfObject() throws Exception {
    Machine machine = newMachine();
    assertThat(machine.verify(specimen.storage()).issues()).isEmpty();
    assertThat(machine.list(specimen.storage()))
        .extracting(Backup::sealed)
        .containsExactly(true, true, false);
    List<String> kinds =
        specimen.names().stream()
            .map(n -> n.value().replaceAll("[0-9a-f]{32}", "*").replaceAll("/[0-9a-f]{2}/", "/"))
            .sorted()
            .toList();
    assertThat(new TreeSet<>(kinds))
        .containsExactly(
            "backups/*",
            "facts/*",
            "index/*",
            "keys/*.credential",
            "keys/*.epoch",
            "keys/*.grant",
            "ledger/*",
            "packs/*",
            "salvor",
            "sessions/*/00000002",
            "sessions/*/open");
    assertThat(kinds).filteredOn("index/*"::equals).hasSizeGreaterThan(2);
    assertThat(kinds).filteredOn("packs/*"::equals).hasSizeGreaterThan(5);
  }
}
