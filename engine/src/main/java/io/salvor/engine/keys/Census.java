package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.OneObject;
import io.salvor.engine.storage.Storage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which objects count that an authority has signed whom another one succeeds (format.md §4). */
final class Census {
  /**
   * Where signed objects lie, in the order in which they are looked at: what names others before
   * what it names, so that whatever is named is found.
   */
  private static final List<ObjectKind> PLACES =
      List.of(
          ObjectKind.LEDGER_ENTRY,
          ObjectKind.JOURNAL_TAIL,
          ObjectKind.MANIFEST,
          ObjectKind.FACT,
          ObjectKind.STATE,
          ObjectKind.CONDEMNATION,
          ObjectKind.SESSION_OPEN,
          ObjectKind.INDEX_SEGMENT);

  private final Storage storage;
  private final OpenedKeys keys;
  private final KeyRing ring;
  private final Ledger ledger;
  private final Progress progress;
  private final TreeSet<byte[]> hashes = new TreeSet<>(Arrays::compareUnsigned);
  private final Map<ObjectName, SalvorException> doubts = new TreeMap<>();
  private final Set<ObjectId> superseded = new HashSet<>();
  private final SealedPacks packs;

  private Census(Storage storage, OpenedKeys keys, Ledger ledger, Progress progress) {
    this.storage = storage;
    this.keys = keys;
    this.ring = keys.ring();
    this.ledger = ledger;
    this.progress = progress;
    this.packs = new SealedPacks(storage, keys);
  }

  /**
   * Opens every small object: those that lists show, and those that the ledger names. Only what
   * nobody has acknowledged, and what somebody else has signed, is left out, with a warning.
   *
   * @param ledger as it was read after the announcement
   * @return the hashes of those that count, ascending, one after the other
   * @throws SalvorException OBJECT_DAMAGED or OBJECT_LOST if something would be left out for good;
   *     EPOCH_NOT_GRANTED if somebody else would be needed to open what is there
   */
  static byte[] take(Storage storage, OpenedKeys keys, Ledger ledger, Progress progress)
      throws IOException {
    progress.phase("census");
    return new Census(storage, keys, ledger, progress).run();
  }

  private byte[] run() throws IOException {
    requireWholeLedger();
    for (ObjectKind place : PLACES) {
      TreeSet<ObjectName> names = new TreeSet<>();
      storage.list(place.prefix(), info -> names.add(info.name()));
      String prefix = place.prefix();
      ledger.existing().tailMap(prefix).keySet().stream()
          .takeWhile(name -> name.startsWith(prefix))
          .forEach(name -> names.add(new ObjectName(name)));
      if (place == ObjectKind.LEDGER_ENTRY) {
        ledger.entries().forEach(id -> names.add(place.name(id)));
      }
      for (ObjectName name : names) {
        Optional<ObjectKind> kind = ObjectKind.of(name);
        if (kind.isPresent()) {
          add(name, kind.get());
        }
      }
    }
    addKeys();
    // What another object stands for is not missed.
    doubts
        .keySet()
        .removeIf(
            name ->
                ObjectKind.INDEX_SEGMENT.idIn(name).filter(superseded::contains).isPresent()
                    || ObjectKind.LEDGER_ENTRY.idIn(name).filter(ledger::spares).isPresent());
    for (Map.Entry<ObjectName, SalvorException> doubt : doubts.entrySet()) {
      throw refusal(doubt.getKey(), doubt.getValue(), doubts.size());
    }
    packs.requireOpen(superseded);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    hashes.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private void requireWholeLedger() throws IOException {
    for (LedgerIssue issue : ledger.issues()) {
      // One that is damaged is met below, and told from one that somebody else has signed.
      if (!(issue instanceof LedgerIssue.EntryDamaged)) {
        throw refusal(
            issue.object(),
            damage(ErrorCode.OBJECT_LOST, issue.object(), "It is gone, and others name it"),
            1);
      }
    }
  }

  /** Epochs and admissions; without those that the ledger names the rest cannot be read. */
  private void addKeys() {
    KeyTable table = keys.table();
    Set<ObjectName> names = new TreeSet<>();
    table.epochs().keySet().forEach(id -> names.add(ObjectKind.EPOCH.name(id)));
    table.writers().keySet().forEach(id -> names.add(ObjectKind.WRITER.name(id)));
    KeyRecord.of(ledger)
        .existing()
        .forEach(
            (name, line) -> {
              boolean needed =
                  ObjectKind.EPOCH.idIn(name).isPresent()
                      || ObjectKind.WRITER.idIn(name).isPresent();
              byte @Nullable [] hash = keys.objects().hashes().get(name);
              if (needed && !Arrays.equals(hash, line.sha256())) {
                doubts.put(
                    name, KeyDamage.of(name, "It is gone, or not the one that the ledger names"));
              }
            });
    for (ObjectName name : names) {
      byte @Nullable [] hash = keys.objects().hashes().get(name);
      if (hash != null) {
        hashes.add(hash);
      }
    }
  }

  private void add(ObjectName name, ObjectKind kind) throws IOException {
    progress.checkCancelled();
    ObjectId id = kind.idIn(name).orElseThrow();
    boolean named = ledger.existing().containsKey(name.value());
    byte[] object;
    try {
      object = storage.get(name);
    } catch (NoSuchFileException e) {
      if (named) {
        doubts.put(
            name, damage(ErrorCode.OBJECT_LOST, name, "It is gone, and the ledger names it"));
      }
      return;
    } catch (IOException e) {
      doubts.put(name, OneObject.failure(name, OneObject.unreadable(e).orElseThrow(() -> e), e));
      return;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      doubts.put(name, e);
      return;
    }
    try {
      byte[] message = ring.openSmall(kind, id, object);
      if (kind == ObjectKind.INDEX_SEGMENT) {
        IndexSegment segment = IndexSegment.decode(message);
        superseded.addAll(segment.superseded());
        packs.add(id, segment);
      }
      hashes.add(Sha256.of(object));
      progress.advance(1, object.length);
    } catch (MalformedException e) {
      doubts.put(name, damage(ErrorCode.OBJECT_DAMAGED, name, String.valueOf(e.getMessage())));
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      if (named || !KeyRing.isIntact(object)) {
        doubts.put(name, e);
      } else {
        progress.warn(e.code().code(), name.value(), "it will not count any more: " + e.why());
      }
    }
  }

  private static SalvorException damage(ErrorCode code, ObjectName name, String why) {
    return new SalvorException(
        code, "The object " + name + " is damaged or gone", why, "Run `salvor repair`");
  }

  private static SalvorException refusal(ObjectName name, SalvorException why, int all) {
    String more = all == 1 ? "" : " and " + (all - 1) + " more";
    return why.code() == ErrorCode.OBJECT_UNREADABLE
        ? new SalvorException(
            ErrorCode.EPOCH_NOT_GRANTED,
            name + more + " cannot be read, and would not count any more",
            why.why(),
            why.remedy(),
            why)
        : new SalvorException(
            why.code(),
            name + more + " would not count any more",
            why.why() + "; what is damaged now could not be put back afterwards",
            "Run `salvor repair` first; what that cannot mend, and nobody needs, is to be deleted",
            why);
  }

  /** The object of a census. */
  static KeyObject encode(ObjectId id, byte[] hashes, Instant created, SigningKey authority) {
    byte[] message =
        new CborWriter().map().key(0).bytes(hashes).key(1).time(created).end().toByteArray();
    return new KeyObject(
        ObjectKind.CENSUS, id, SignedMessage.sign(authority, ObjectKind.CENSUS, id, message));
  }

  /**
   * The hashes in a census.
   *
   * @throws SalvorException KEY_DAMAGED
   */
  static byte[] decode(KeyObject object, byte[] authority) {
    byte[] message =
        SignedMessage.verify(authority, ObjectKind.CENSUS, object.id(), object.message())
            .orElseThrow(
                () -> KeyDamage.of(object.name(), "Its signature is not the repository's"));
    byte[] hashes = new byte[0];
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> hashes = in.bytes();
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It is no census: " + e.getMessage(), e);
    }
    return hashes;
  }
}
