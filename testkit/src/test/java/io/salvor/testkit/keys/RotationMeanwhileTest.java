package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody changes the keys, and writes, while another process has the repository open, or was not
 * granted what is new.
 */
class RotationMeanwhileTest {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final MapSource source =
      new MapSource().put("a", "content".getBytes(StandardCharsets.UTF_8));
  private Machine reader;
  private Machine writer;

  @BeforeEach
  void machines() {
    reader = new Machine(temp.resolve("reader"), clock);
    writer = new Machine(temp.resolve("writer"), clock, "other");
  }

  @Test
  void whatIsSealedToTheNewEpochIsReadByWhoOpenedBeforeIt() throws Exception {
    reader.init(storage);
    try (Repository opened = reader.open(storage)) {
      for (int rotation = 0; rotation < 2; rotation++) {
        clock.advance(Duration.ofMinutes(1));
        try (Repository other = writer.open(storage)) {
          var _ = other.keyRegister("writer").rotate();
        }
        source.put("b" + rotation, new byte[] {1, 2, 3});
        BackupId id = writer.backup(storage, source, null).backup().id();

        opened.ledger().refresh();
        opened.index().refresh();
        assertThat(Machine.verify(opened).issues()).isEmpty();
        Backup found = BackupList.read(opened).byPrefix(id.text());
        assertThat(Contents.of(opened, found)).isEqualTo(source.contents());
      }
    }
  }

  @Test
  void whatAWriteOnlyClientStoresIsReadByWhoOpenedBeforeItWasAdmittedAndIsInNobodysIndex()
      throws Exception {
    reader.init(storage);
    try (Repository opened = reader.open(storage)) {
      try (Repository other = writer.open(storage);
          Passphrase client = passphrase("client")) {
        var _ = other.keyRegister("writer").addWriter(client, "web", CHEAP);
      }
      Machine web = new Machine(temp.resolve("web"), clock, "web");
      try (Repository own = web.open(storage, "client")) {
        var _ = web.backup(own, source, null);
      }

      opened.ledger().refresh();
      opened.index().refresh();
      assertThat(opened.ledger().issues()).isEmpty();
      assertThat(opened.index().issues()).isEmpty();
      assertThat(opened.index().segments()).isEmpty();
      assertThat(BackupList.read(opened).backups()).hasSize(1);
      assertThat(BackupList.read(opened).damaged()).isEmpty();
    }
  }

  @Test
  void aFailureToReadTheKeysIsNotTakenForDamageAndNotRemembered() throws Exception {
    reader.init(storage);
    boolean[] failing = new boolean[1];
    Storage now =
        new ForwardingStorage(storage) {
          @Override
          public byte[] get(ObjectName name) throws IOException {
            if (failing[0] && name.value().startsWith("keys/")) {
              throw new IOException("just now");
            }
            return super.get(name);
          }
        };
    try (Repository opened = reader.open(now)) {
      try (Repository other = writer.open(storage)) {
        var _ = other.keyRegister("writer").rotate();
      }
      BackupId id = writer.backup(storage, source, null).backup().id();
      ObjectName manifest = BackupList.read(writer.open(storage)).byPrefix(id.text()).object();
      opened.ledger().refresh();

      failing[0] = true;
      assertThatThrownBy(() -> open(opened, manifest))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_UNREADABLE));
      failing[0] = false;
      assertThat(open(opened, manifest)).isNotEmpty();
    }
  }

  private static byte[] open(Repository with, ObjectName manifest) throws IOException {
    return with.keys()
        .openSmall(
            ObjectKind.MANIFEST,
            ObjectKind.MANIFEST.idIn(manifest).orElseThrow(),
            with.storage().get(manifest));
  }

  @Test
  void anEpochThatListsHideIsTheOneToSealTo() throws Exception {
    reader.init(storage);
    Set<String> before = keyNames();
    ObjectId epoch;
    try (Repository other = writer.open(storage)) {
      epoch = other.keyRegister("writer").rotate().id();
    }
    Predicate<ObjectName> later =
        name -> name.value().startsWith("keys/") && !before.contains(name.value());
    try (Repository opened = reader.open(new Hiding(storage, later))) {
      assertThat(opened.keys().epoch()).isEqualTo(epoch);
    }
    assertThatThrownBy(() -> reader.open(new Hiding(storage, later).withholding(later)).close())
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED));
  }

  @Test
  void aGrantThatListsShowBeforeItsEpochAndTheFirstLedgerEntryIsNoDamage() throws Exception {
    reader.init(storage);
    Set<String> before = keyNames();
    try (Repository other = writer.open(storage)) {
      var _ = other.keyRegister("writer").rotate();
    }
    Duration lag = Duration.ofSeconds(30);
    Instant shown = clock.instant().plus(lag);
    Predicate<ObjectName> late =
        name ->
            clock.instant().isBefore(shown)
                && !before.contains(name.value())
                && !name.value().endsWith(".grant");
    try (Repository opened = reader.open(new Hiding(storage, late).lagging(lag))) {
      assertThat(opened.keys().epoch()).isNotNull();
    }
    assertThat(clock.instant()).as("it has waited").isEqualTo(shown);
  }

  @Test
  void whatIsSealedToAnEpochThatWasNotGrantedIsWithheldAndNotGivenUp() throws Exception {
    reader.init(storage);
    BackupId first = writer.backup(storage, source, null).backup().id();
    clock.advance(Duration.ofMinutes(1));
    Set<String> before = keyNames();
    try (Repository other = writer.open(storage)) {
      var _ = other.keyRegister("writer").rotate();
    }
    source.put("later", new byte[] {1, 2, 3});
    BackupId second = writer.backup(storage, source, null).backup().id();
    List<String> grants =
        keyNames().stream().filter(n -> n.endsWith(".grant") && !before.contains(n)).toList();
    MemoryStorage whole = MemoryStorage.of(storage.snapshot());
    try (Repository other = writer.open(storage)) {
      other.ledger().append(LedgerChange.removing(grants), clock.instant(), "test", other.random());
    }
    grants.forEach(name -> storage.delete(new ObjectName(name)));

    try (Repository opened = reader.open(storage)) {
      assertThat(BackupList.read(opened).backups()).extracting(Backup::id).containsExactly(first);
      RepairPlan plan = Repairs.plan(opened, null, List.of(), true, Progress.NONE);
      assertThat(plan.accepted()).isEmpty();
      assertThat(plan.salvaged()).allSatisfy(s -> assertThat(s.staysNamed()).isTrue());
      assertThat(plan.rebuilt()).isEmpty();
      assertThat(plan.left()).isNotEmpty();
      assertThat(plan.left())
          .anySatisfy(left -> assertThat(left.remedy()).contains("granted every epoch"));
    }
    // Whoever was granted it has lost nothing.
    try (Repository opened = reader.open(whole)) {
      assertThat(BackupList.read(opened).backups()).extracting(Backup::id).contains(second);
    }
  }

  private Set<String> keyNames() {
    Set<String> names = new TreeSet<>();
    storage.list("keys/", info -> names.add(info.name().value()));
    return names;
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
