package io.salvor.testkit.erasure;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.repository.Repository;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SteppedStorage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fact that is stored just when there is a new epoch, and that somebody else names meanwhile. */
class AdoptedFactTest {
  private static final BackupId BACKUP = new BackupId("20260130-150000-aaaaa");
  private static final BackupId OTHER = new BackupId("20260130-150000-bbbbb");

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final AtomicInteger facts = new AtomicInteger();
  private final AtomicInteger deleted = new AtomicInteger();

  @Test
  void isNotMissedWhenItIsStoredAnew() throws Exception {
    String reference = "kms:file:" + temp.resolve("key");
    KeyServices.createIfMissing(reference, new SecureRandom());
    KmsKey key = new KmsKey(KeyServices.open(reference, new SecureRandom()));
    Machine writer = new Machine(temp.resolve("writer"), clock);
    writer.initErasable(storage, key);
    try (Repository adopting = new Machine(temp.resolve("adopter"), clock).open(storage, key)) {
      SteppedStorage stepped = new SteppedStorage(storage, meanwhile(adopting));
      try (Repository repository = writer.open(stepped, key)) {
        Note _ = Facts.add(repository, new Fact.Hold(BACKUP, "wanted"), "me");
      }
      assertThat(deleted.get()).isOne();
      try (Repository repository = new Machine(temp.resolve("third"), clock).open(storage, key)) {
        Facts now = Facts.of(repository);
        assertThat(now.lost()).isEmpty();
        assertThat(now.damaged()).isEmpty();
        assertThat(now.holds(BACKUP)).extracting(ActiveHold::reason).containsExactly("wanted");
        assertThat(now.holds(OTHER)).hasSize(1);
        assertThat(Machine.verify(repository).intact()).isTrue();
      }
    }
  }

  /** A new epoch right after the fact was stored; another fact's entry before it goes. */
  private SteppedStorage.Stepper meanwhile(Repository adopting) {
    return new SteppedStorage.Stepper() {
      @Override
      public void before(Operation operation) {
        if (operation instanceof Operation.Delete d && d.name().value().startsWith("facts/")) {
          deleted.incrementAndGet();
          try {
            Note _ = Facts.add(adopting, new Fact.Hold(OTHER, "of the other"), "other");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }

      @Override
      public void after(Operation operation) {
        if (operation instanceof Operation.Put p
            && p.name().value().startsWith("facts/")
            && facts.incrementAndGet() == 1) {
          try {
            var _ = adopting.keyRegister("other").rotate();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        }
      }
    };
  }
}
