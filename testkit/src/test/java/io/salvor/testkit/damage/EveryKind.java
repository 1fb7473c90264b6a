package io.salvor.testkit.damage;

import static io.salvor.testkit.repository.Noise.noise;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.keys.WriterInfo;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.ledger.Closure;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.prune.Cancellation;
import io.salvor.engine.prune.PruneReport;
import io.salvor.engine.prune.PruneRequest;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.retention.Forgetting;
import io.salvor.engine.retention.RetentionPlan;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.verify.VerifyProof;
import io.salvor.engine.writer.Intake;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.Operation;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Makes a repository that has all kinds of objects of docs/format.md, in every state that they can
 * be in: keys given and withdrawn, a write-only client taken in and one that was withdrawn, facts
 * of each type, sensitive content, condemnations, sessions open, ended, revoked and closed in
 * either way, a summary.
 */
final class EveryKind {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);
  private static final String AUTHOR = "me";

  private final Path temp;
  private final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  private final MemoryStorage storage = new MemoryStorage();
  private final SecureRandom random = new SecureRandom();
  private final Machine machine;
  private final MapSource source =
      new MapSource()
          .blocks(512)
          .put("dir", new byte[0])
          .put("dir/long", noise(1, 18 * 512))
          .put("secret", noise(18, 700))
          .put("top", noise(2, 300))
          .sensitive("secret");

  private EveryKind(Path temp) {
    this.temp = temp;
    this.machine = new Machine(temp.resolve("maker"), clock);
  }

  static Specimen make(Path temp) throws Exception {
    return new EveryKind(temp).make();
  }

  private Specimen make() throws Exception {
    machine.init(storage);
    BackupId first = backup(source);
    BackupId pruned = backup(source.copy().put("dead", noise(3, 2000)));
    BackupId third = backup(source.put("new", noise(4, 400)));
    forget(pruned);
    prune();
    facts(first, third);
    keys();
    clients();
    closures();
    source.put("newer", noise(9, 300));
    BackupId condemned = backup(source.copy().put("dying", noise(5, 900)));
    BackupId last = backup(source);
    forget(condemned);
    summary();
    interrupt(new MapSource("map:open").put("a", noise(6, 500)).put("b", noise(7, 500)));
    // Condemns, and waits for the writer who is at work.
    prune();
    dies(new MapSource("map:ended").put("a", noise(17, 300)), EveryKind::isDeleteOfASession);
    Map<BackupId, SortedMap<String, String>> backups = new TreeMap<>();
    try (Repository repository = machine.open(storage)) {
      for (Backup backup : BackupList.read(repository).backups()) {
        backups.put(backup.id(), Contents.of(repository, backup));
      }
    }
    if (!backups.containsKey(first) || !backups.containsKey(last)) {
      throw new IllegalStateException(backups.toString());
    }
    return new Specimen(storage.snapshot(), machine.local(), clock, backups, Machine::open);
  }

  private BackupId backup(MapSource what) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    return machine.backup(storage, what, null).backup().id();
  }

  private void forget(BackupId id) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    try (Repository repository = machine.open(storage)) {
      RetentionPlan plan =
          RetentionPlan.of(
              Forgetting.candidates(BackupList.read(repository), Facts.of(repository)),
              Set.of(id),
              repository.now());
      List<Backup> _ = Forgetting.run(repository, plan, "a test", AUTHOR, Progress.NONE);
    }
  }

  private void prune() throws Exception {
    clock.advance(Duration.ofMinutes(1));
    PruneReport _ =
        machine.prune(
            storage, new PruneRequest(0.01, PruneRequest.GIVE_UP_AFTER, Duration.ZERO, AUTHOR));
  }

  private void facts(BackupId first, BackupId third) throws Exception {
    try (Repository repository = machine.open(storage)) {
      add(repository, new Fact.Hold(first, "audit"));
      Note hold = Facts.add(repository, new Fact.Hold(third, "for a day"), AUTHOR);
      add(repository, new Fact.Release(third, hold.id(), "over"));
      add(repository, new Fact.Tag(third, new TreeMap<>(Map.of("stage", "gold"))));
      add(repository, new Fact.Restored(first, "files", Duration.ofSeconds(2), 3, 9000, "content"));
      var _ =
          VerifyProof.leave(repository, Machine.verify(repository), Duration.ofSeconds(1), AUTHOR);
    }
  }

  private static void add(Repository repository, Fact fact) throws IOException {
    Note _ = Facts.add(repository, fact, AUTHOR);
  }

  /** A passphrase that comes and goes, a key of a service, two epochs more. */
  private void keys() throws Exception {
    KeyServices.createIfMissing(kms(), random);
    try (Repository repository = machine.open(storage);
        Passphrase passphrase = passphrase("spare")) {
      KeyRegister register = repository.keyRegister(AUTHOR);
      CredentialInfo spare = register.add(passphrase, "spare", CHEAP);
      var _ = register.add(new KmsKey(KeyServices.open(kms(), random)), "service", CHEAP);
      var _ = register.rotate();
      register.remove(spare.id(), false);
      clock.advance(Duration.ofMinutes(1));
      var _ = register.rotate();
    }
  }

  private String kms() {
    return "kms:file:" + temp.resolve("service-key");
  }

  /** One that is taken in, and one that is withdrawn. */
  private void clients() throws Exception {
    WriterInfo withdrawn;
    try (Repository repository = machine.open(storage);
        Passphrase one = passphrase("web1");
        Passphrase two = passphrase("web2")) {
      var _ = repository.keyRegister(AUTHOR).addWriter(one, "web1", CHEAP);
      withdrawn = repository.keyRegister(AUTHOR).addWriter(two, "web2", CHEAP);
    }
    for (String host : List.of("web1", "web2")) {
      clock.advance(Duration.ofMinutes(1));
      Machine client = new Machine(temp.resolve(host), clock, host);
      try (Repository repository = client.open(storage, host)) {
        var _ =
            client.backup(repository, new MapSource("map:" + host).put("own", noise(8, 600)), null);
      }
    }
    try (Repository repository = machine.open(storage)) {
      Intake.Report taken = Intake.run(repository, Progress.NONE);
      if (!taken.refused().isEmpty()) {
        throw new IllegalStateException(taken.toString());
      }
      List<LedgerEntry.Added> sealed = new ArrayList<>();
      for (Backup backup : BackupList.read(repository).backups()) {
        if (backup.manifest().origin().host().equals("web2")) {
          sealed.add(backup.ledgerLine());
        }
      }
      repository.keyRegister(AUTHOR).removeWriter(withdrawn.id(), sealed);
    }
  }

  /** A session closed without, and one with a manifest that counts; then one only revoked. */
  private void closures() throws Exception {
    interrupt(new MapSource("map:closed").put("a", noise(10, 400)).put("b", noise(11, 400)));
    revokeAll();
    dies(
        new MapSource("map:sealed").put("a", noise(12, 400)),
        o -> o instanceof Operation.Put(ObjectName name, byte[] _) && in(name, "ledger/"));
    revokeAll();
    forget(backup(new MapSource("map:sealed").put("b", noise(13, 700))), true);
    prune();
    interrupt(new MapSource("map:revoked").put("a", noise(14, 400)).put("b", noise(15, 400)));
    revokeAll();
  }

  private void forget(BackupId id, boolean afterAnother) throws Exception {
    if (afterAnother) {
      var _ = backup(new MapSource("map:sealed").put("c", noise(16, 200)));
    }
    forget(id);
  }

  private void revokeAll() throws Exception {
    List<String> open = new ArrayList<>();
    storage.list(
        "sessions/",
        info -> {
          String name = info.name().value();
          if (name.endsWith("/open")) {
            open.add(name.substring("sessions/".length(), name.length() - "/open".length()));
          }
        });
    try (Repository repository = machine.open(storage)) {
      for (String id : open) {
        if (!repository.ledger().closures().containsKey(ObjectId.parse(id))) {
          var _ = Cancellation.cancel(repository, id, AUTHOR);
        }
      }
    }
  }

  /** Covers a few entries before it is time, for the rule wants hundreds of them. */
  private void summary() throws Exception {
    Map<ObjectId, LedgerEntry> entries = new HashMap<>();
    Map<ObjectId, byte[]> hashes = new HashMap<>();
    try (Repository repository = machine.open(storage)) {
      List<ObjectName> names = new ArrayList<>();
      storage.list("ledger/", info -> names.add(info.name()));
      for (ObjectName name : names) {
        ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElseThrow();
        byte[] object = storage.get(name);
        entries.put(
            id,
            LedgerEntry.decode(repository.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object)));
        hashes.put(id, Sha256.of(object));
      }
      Set<ObjectId> heads = new HashSet<>(entries.keySet());
      entries.values().forEach(e -> e.predecessors().forEach(p -> heads.remove(p.id())));
      long number = entries.values().stream().mapToLong(LedgerEntry::number).max().orElseThrow();
      List<ObjectId> oldest =
          entries.keySet().stream()
              .sorted(Comparator.comparingLong(id -> entries.get(id).number()))
              .limit(6)
              .toList();
      List<LedgerEntry.Added> added = new ArrayList<>();
      Set<String> removed = new LinkedHashSet<>();
      List<Closure> closures = new ArrayList<>();
      for (ObjectId id : oldest) {
        added.addAll(entries.get(id).added());
        removed.addAll(entries.get(id).removed());
        closures.addAll(entries.get(id).closures());
      }
      added.removeIf(line -> repository.ledger().removed().contains(line.object()));
      LedgerEntry summary =
          new LedgerEntry(
              number + 1,
              heads.stream().map(id -> new LedgerEntry.Predecessor(id, hashes.get(id))).toList(),
              new LedgerChange(added, List.copyOf(removed), closures),
              repository.now(),
              AUTHOR,
              Set.copyOf(oldest));
      ObjectId id = ObjectId.random(random);
      storage.put(
          ObjectKind.LEDGER_ENTRY.name(id),
          repository.keys().sealSmall(ObjectKind.LEDGER_ENTRY, id, summary.encode()));
      // One of those that it covers has been deleted, as it may be.
      storage.delete(ObjectKind.LEDGER_ENTRY.name(oldest.getFirst()));
    }
  }

  /** Dies after a checkpoint. */
  private void interrupt(MapSource what) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    FaultyStorage faulty = new FaultyStorage(storage, 1);
    int[] entries = {0};
    what.beforeEach(
        () -> {
          clock.advance(Duration.ofSeconds(40));
          if (++entries[0] == 2) {
            faulty.wherever(
                o -> o instanceof Operation.Put(ObjectName name, byte[] _) && in(name, "backups/"),
                new Fault.Crash(Extent.NOTHING));
          }
        });
    dies(faulty, what);
  }

  private void dies(MapSource what, Predicate<Operation> at) throws Exception {
    clock.advance(Duration.ofMinutes(1));
    dies(new FaultyStorage(storage, 1).wherever(at, new Fault.Crash(Extent.NOTHING)), what);
  }

  private void dies(FaultyStorage faulty, MapSource what) throws Exception {
    try {
      machine.backup(faulty, what, null);
      throw new IllegalStateException("it has not died");
    } catch (SimulatedCrash | IOException | RuntimeException e) {
      if (!faulty.hasCrashed()) {
        throw e;
      }
    }
  }

  private static boolean isDeleteOfASession(Operation operation) {
    return operation instanceof Operation.Delete(ObjectName name)
        && in(name, "sessions/")
        && name.value().endsWith("/open");
  }

  private static boolean in(ObjectName name, String prefix) {
    return name.value().startsWith(prefix);
  }

  private static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
