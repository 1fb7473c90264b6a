package io.salvor.testkit.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Damage of a repository that has every kind of object, in every state that they can be in. */
class EveryKindDamageTest extends SampledDamageContract {
  @Override
  Specimen make() throws Exception {
    return EveryKind.make(temp);
  }

  @Test
  void everyKindOfObjectIsThereInEveryState() throws Exception {
    Set<String> kinds = new TreeSet<>();
    for (ObjectName name : specimen.names()) {
      kinds.add(
          name.value()
              .replaceAll("[0-9a-f]{32}", "*")
              .replaceAll("/[0-9a-f]{2}/", "/")
              .replaceAll("[0-9]{8}", "#"));
    }
    assertThat(kinds)
        .containsExactly(
            "backups/*",
            "facts/*",
            "index/*",
            "keys/*.credential",
            "keys/*.epoch",
            "keys/*.grant",
            "keys/*.writer",
            "ledger/*",
            "packs/*",
            "prune/*",
            "salvor",
            "sessions/*/#",
            "sessions/*/end",
            "sessions/*/open",
            "sessions/*/revoked");
    Set<String> facts = new TreeSet<>();
    boolean summary = false;
    boolean empty = false;
    boolean accepting = false;
    Set<BlobKind> packs = EnumSet.noneOf(BlobKind.class);
    try (Repository repository = specimen.opening().open(newMachine(), specimen.storage())) {
      repository.index().packs(pack -> packs.add(pack.kind()));
      for (Note note : Facts.of(repository).notes()) {
        facts.add(note.fact().word());
      }
      for (ObjectName name : specimen.names()) {
        ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElse(null);
        if (id != null) {
          byte[] object = specimen.objects().objects().get(name);
          LedgerEntry entry =
              LedgerEntry.decode(repository.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object));
          summary |= entry.summary();
          empty |= entry.closures().stream().anyMatch(c -> c.accepted().isEmpty());
          accepting |= entry.closures().stream().anyMatch(c -> !c.accepted().isEmpty());
        }
      }
    }
    assertThat(packs).containsExactlyInAnyOrder(BlobKind.values());
    assertThat(facts)
        .containsExactly("forgotten", "hold", "release", "restored", "tag", "verified");
    assertThat(summary).as("a summary").isTrue();
    assertThat(empty).as("a closure without manifests").isTrue();
    assertThat(accepting).as("a closure with a manifest").isTrue();
  }
}
