package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.WriterInfo;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.TreeRoot;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.repository.Noise;
import io.salvor.testkit.storage.MemoryStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** A repository with a backup, and a machine that was admitted to write there and nothing else. */
final class WriteOnlyClient {
  static final String PASSWORD = "web1's own";
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);

  final MemoryStorage storage = new MemoryStorage();
  final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  final Machine admin;
  final Machine web1;
  final WriterInfo writer;

  /** What the administrator has backed up. */
  final MapSource shared = new MapSource("map:shared").put("big", Noise.noise(1, 400_000));

  WriteOnlyClient(Path temp) throws Exception {
    admin = new Machine(temp.resolve("admin"), clock, "admin");
    web1 = new Machine(temp.resolve("web1"), clock, "web1");
    admin.init(storage);
    admin.backup(storage, shared, null);
    try (Repository repository = admin.open(storage);
        Passphrase passphrase = Passphrase.of(PASSWORD.getBytes(StandardCharsets.UTF_8))) {
      writer = repository.keyRegister("admin").addWriter(passphrase, "web1", CHEAP);
    }
  }

  /** Whether an object has the client's mark. */
  boolean isOwn(ObjectId id) {
    return id.high() == writer.id().high();
  }

  /** The client backs up, a minute later. */
  BackupReport backup(MapSource source) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = web1.open(storage, PASSWORD)) {
      return web1.backup(repository, source, null);
    }
  }

  /** The administrator takes in what the client has stored, at least so many packs. */
  void accept(int least) throws IOException {
    try (Repository repository = admin.open(storage)) {
      Intake.Report taken = Intake.run(repository, Progress.NONE);
      assertThat(taken.refused()).isEmpty();
      assertThat(taken.packs()).isGreaterThanOrEqualTo(least);
      assertThat(Intake.waiting(repository)).isEmpty();
    }
  }

  /** Seals, with the keys that a repository was opened with, a manifest that names this tree. */
  static ObjectId forge(Repository repository, Manifest like, TreeRoot root) throws IOException {
    KeyRing keys = repository.keys();
    Manifest forged =
        new Manifest(
            BackupId.of(repository.now(), repository.random()),
            keys.newId(),
            like.status(),
            like.origin(),
            like.lineage(),
            like.label(),
            like.started(),
            like.finished(),
            like.entries(),
            like.bytes(),
            root,
            like.components(),
            like.failures(),
            like.segments(),
            like.software(),
            keys.epoch(),
            null);
    ObjectId id = keys.newId();
    byte[] message = ManifestCodec.encode(forged);
    repository
        .storage()
        .put(ObjectKind.MANIFEST.name(id), keys.sealSmall(ObjectKind.MANIFEST, id, message));
    return id;
  }
}
