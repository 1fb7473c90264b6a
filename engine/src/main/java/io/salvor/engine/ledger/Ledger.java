package io.salvor.engine.ledger;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** The ledger of one repository: reads it, says what is lost, and adds to it. For one thread. */
public final class Ledger {
  private final Storage storage;
  private final KeyRing keys;
  private final LedgerMemory memory;
  private LedgerView view = new LedgerView(Map.of(), Map.of(), Set.of());

  private Ledger(Storage storage, KeyRing keys, LedgerMemory memory) {
    this.storage = storage;
    this.keys = keys;
    this.memory = memory;
  }

  /** Reads the whole ledger. */
  public static Ledger read(Storage storage, KeyRing keys, LedgerMemory memory) throws IOException {
    Ledger ledger = new Ledger(storage, keys, memory);
    ledger.refresh();
    return ledger;
  }

  /**
   * Reads the entries that have come since. What the listed ones name, and what this machine
   * remembers, is asked for by its name: a list that was made while others wrote may show an entry
   * and not the one before it.
   */
  public void refresh() throws IOException {
    Map<ObjectId, LedgerEntry> entries = new HashMap<>();
    Map<ObjectId, byte[]> hashes = new HashMap<>();
    Set<ObjectId> damaged = new HashSet<>();
    List<ObjectId> open = new ArrayList<>();
    storage.list(
        ObjectKind.LEDGER_ENTRY.prefix(),
        info -> ObjectKind.LEDGER_ENTRY.idIn(info.name()).ifPresent(open::add));
    memory.read().forEach(seen -> open.add(seen.id()));
    Set<ObjectId> asked = new HashSet<>();
    while (!open.isEmpty()) {
      ObjectId id = open.removeLast();
      if (!asked.add(id)) {
        continue;
      }
      LedgerEntry entry = view.entries().get(id);
      if (entry != null) {
        hashes.put(id, hash(id));
      } else {
        try {
          byte[] object = storage.get(name(id));
          entry = LedgerEntry.decode(keys.openSmall(ObjectKind.LEDGER_ENTRY, id, object));
          hashes.put(id, sha256(object));
        } catch (NoSuchFileException e) {
          // Lost, or in a summary: which of them, the view tells.
          continue;
        } catch (MalformedException e) {
          damaged.add(id);
          continue;
        } catch (SalvorException e) {
          if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
            throw e;
          }
          damaged.add(id);
          continue;
        }
      }
      entries.put(id, entry);
      if (!entry.summary()) {
        entry.predecessors().forEach(p -> open.add(p.id()));
      }
    }
    view = new LedgerView(entries, hashes, damaged);
  }

  /** What exists by the ledger, by object name. */
  public SortedMap<String, LedgerEntry.Added> existing() {
    return view.existing();
  }

  /** Names of objects that were taken away on purpose; they never exist again. */
  public Set<String> removed() {
    return view.removed();
  }

  /**
   * What the ledger itself shows to be wrong: entries lost or damaged, and heads that this machine
   * has seen and that are gone.
   */
  public List<LedgerIssue> issues() throws IOException {
    List<LedgerIssue> issues = new ArrayList<>();
    for (ObjectId id : view.damaged()) {
      issues.add(new LedgerIssue.EntryDamaged(name(id)));
    }
    Set<ObjectId> missing = view.missing();
    missing.removeAll(view.damaged());
    for (ObjectId id : missing) {
      issues.add(new LedgerIssue.EntryLost(name(id)));
    }
    for (LedgerMemory.Seen seen : memory.read()) {
      byte[] hash = view.hashes().get(seen.id());
      boolean gone = hash == null ? !view.knows(seen.id()) : !Arrays.equals(hash, seen.sha256());
      if (gone && !missing.contains(seen.id()) && !view.damaged().contains(seen.id())) {
        issues.add(new LedgerIssue.RolledBack(name(seen.id()), seen.number()));
      }
    }
    return issues;
  }

  /** Remembers the heads on this machine, besides those that were seen and are gone. */
  public void remember() throws IOException {
    List<LedgerMemory.Seen> heads = new ArrayList<>();
    for (LedgerView.Head head : view.heads()) {
      heads.add(new LedgerMemory.Seen(head.id(), head.number(), hash(head.id())));
    }
    for (LedgerMemory.Seen seen : memory.read()) {
      if (!view.knows(seen.id()) && !view.isNamed(seen.id())) {
        heads.add(seen);
      }
    }
    if (!ids(heads).equals(ids(memory.read()))) {
      memory.write(heads);
    }
  }

  /**
   * Appends an entry after the current heads, and after those that this machine has seen and that
   * are gone, so that from then on everybody misses them. Durable when this returns.
   */
  public void append(
      List<LedgerEntry.Added> added,
      List<String> removed,
      Instant now,
      String author,
      SecureRandom random)
      throws IOException {
    refresh();
    long number = 0;
    List<LedgerEntry.Predecessor> predecessors = new ArrayList<>();
    for (LedgerView.Head head : view.heads()) {
      number = Math.max(number, head.number());
      predecessors.add(new LedgerEntry.Predecessor(head.id(), hash(head.id())));
    }
    for (LedgerMemory.Seen seen : memory.read()) {
      if (!view.knows(seen.id()) && !view.isNamed(seen.id())) {
        number = Math.max(number, seen.number());
        predecessors.add(new LedgerEntry.Predecessor(seen.id(), seen.sha256()));
      }
    }
    LedgerEntry entry =
        new LedgerEntry(number + 1, predecessors, added, removed, now, author, false);
    ObjectId id = ObjectId.random(random);
    byte[] object = keys.sealSmall(ObjectKind.LEDGER_ENTRY, id, entry.encode());
    storage.put(name(id), object);
    // Remembered as it was stored, whether or not a list shows it yet.
    view = view.with(id, entry, sha256(object));
    remember();
  }

  private static Set<ObjectId> ids(List<LedgerMemory.Seen> heads) {
    return heads.stream().map(LedgerMemory.Seen::id).collect(Collectors.toSet());
  }

  private byte[] hash(ObjectId id) {
    byte[] hash = view.hashes().get(id);
    if (hash == null) {
      throw new IllegalStateException("an entry without its hash: " + id);
    }
    return hash;
  }

  private static ObjectName name(ObjectId id) {
    return ObjectKind.LEDGER_ENTRY.name(id);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
