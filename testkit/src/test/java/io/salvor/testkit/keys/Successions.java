package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A repository whose authority is succeeded, by machines that have nothing but a passphrase. */
final class Successions {
  static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  static final String OLD = "secret";
  static final String NEW = "after the theft";
  static final String OTHER = "after the theft, too";

  final MemoryStorage storage = new MemoryStorage();
  final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  final MapSource source = new MapSource("map:shop").put("a", text("first"));
  private final Path temp;
  private int places;

  /**
   * With a backup.
   *
   * @param temp for what machines remember
   */
  Successions(Path temp) throws Exception {
    this.temp = temp;
    newMachine().init(storage);
    backup(storage, OLD);
  }

  Machine newMachine() {
    return new Machine(temp.resolve("m" + places++), clock);
  }

  /** Another machine backs up what has changed since. */
  void backup(Storage in, String passphrase) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    Machine writer = newMachine();
    try (Repository repository = writer.open(in, passphrase)) {
      String key = "entry" + places;
      var _ = writer.backup(repository, source.put(key, text(key)), null);
    }
  }

  /** There is another epoch, and the ledger names key objects from then on. */
  void rotate() throws IOException {
    try (Repository repository = newMachine().open(storage, OLD)) {
      var _ = repository.keyRegister("owner").rotate();
    }
  }

  /** A machine that knows nothing succeeds the authority, and its passphrase is the only one. */
  void succeed(Storage in, String next) throws IOException, InterruptedException {
    succeed(newMachine(), in, OLD, next);
  }

  static void succeed(Machine with, Storage in, String passphrase, String next)
      throws IOException, InterruptedException {
    try (Repository repository = with.open(in, passphrase);
        Passphrase opener = passphrase(next)) {
      ObjectId _ = repository.succeedAuthority(opener, "new", CHEAP, "owner", Progress.NONE);
    }
  }

  /** Whether it ended well; otherwise it refused. */
  boolean tries(Storage in, String next) throws IOException, InterruptedException {
    try {
      succeed(in, next);
      return true;
    } catch (SalvorException e) {
      assertThat(e.code())
          .as("%s", e)
          .isIn(
              ErrorCode.CREDENTIAL_NEEDED,
              ErrorCode.EPOCH_NOT_GRANTED,
              ErrorCode.AUTHORITY_SUCCEEDED,
              ErrorCode.CREDENTIAL_WITHDRAWN,
              ErrorCode.WRONG_CREDENTIAL,
              ErrorCode.KEY_DAMAGED);
      return false;
    }
  }

  /** So many backups are there, the latest is the source's, and nothing is damaged. */
  void holds(MemoryStorage in, String passphrase, int count) throws Exception {
    try (Repository repository = newMachine().open(in, passphrase)) {
      List<Backup> backups = BackupList.read(repository).backups();
      assertThat(backups).hasSize(count);
      assertThat(Contents.of(repository, backups.getLast())).isEqualTo(source.contents());
      assertThat(Machine.verify(repository).issues())
          .filteredOn(issue -> issue.severity() == Severity.DAMAGE)
          .isEmpty();
    }
  }

  static Passphrase passphrase(String text) {
    return Passphrase.of(text(text));
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Fails right after an object was stored whose name ends so. */
  static final class CutOff extends ForwardingStorage {
    private final String ending;

    CutOff(Storage storage, String ending) {
      super(storage);
      this.ending = ending;
    }

    @Override
    public void put(ObjectName name, byte[] content) throws IOException {
      super.put(name, content);
      if (name.value().endsWith(ending)) {
        throw new IOException("cut off");
      }
    }
  }
}
