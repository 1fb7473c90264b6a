package io.salvor.engine.copy;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.ledger.LedgerIssue;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Sends single objects, and keeps count: what was sent, and what could not be because it is gone or
 * not what was written. Packs may be sent by several threads.
 */
final class Sender {
  private final Repository from;
  private final Repository to;
  private final Progress progress;
  private final Set<ObjectName> failed = ConcurrentHashMap.newKeySet();
  private final Set<ObjectName> waiting = ConcurrentHashMap.newKeySet();
  private final Set<ObjectId> mended = ConcurrentHashMap.newKeySet();
  private final MissingSegments missing;
  private final LongAdder bytes = new LongAdder();
  private final LongAdder packs = new LongAdder();
  private final LongAdder objects = new LongAdder();

  Sender(Repository from, Repository to, Progress progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
    this.missing = new MissingSegments(from, to);
  }

  static ObjectName segment(ObjectId id) {
    return ObjectKind.INDEX_SEGMENT.name(id);
  }

  private static ObjectName name(PackSummary pack) {
    return PackDescription.kindOf(pack.kind()).name(pack.id());
  }

  /** Sends a pack. */
  void pack(PackSummary pack) throws IOException {
    ObjectName name = name(pack);
    progress.current(name.value());
    if (Transfer.copy(from.storage(), to.storage(), name, pack.size(), pack.sha256(), progress)) {
      packs.increment();
      mended.add(pack.id());
      sent(pack.size());
    } else {
      failed.add(name);
    }
  }

  /** Whether a pack was sent, or cannot be. */
  boolean isDone(PackSummary pack) {
    return failed.contains(name(pack)) || mended.contains(pack.id());
  }

  /** Something was stored there that was not sent as it is. */
  void sent(long size) {
    objects.increment();
    bytes.add(size);
    progress.advance(1, size);
  }

  /** Sends small objects, but for those that were found lost before. */
  void small(List<ObjectName> names) throws IOException {
    for (ObjectName name : names) {
      if (!hasFailed(name)) {
        boolean _ = small(name);
      }
    }
  }

  /** Sends one small object; false if it is not what was written. */
  boolean small(ObjectName name) throws IOException {
    return small(name, object -> {});
  }

  /** Sends what follows a journal; false if it is not there any more, which is no loss. */
  boolean tail(ObjectName name) throws IOException {
    return from.storage().find(name).isPresent() && (small(name) || !failed.remove(name));
  }

  /** Sends a manifest in the same way, and sees whether what it names is known. */
  boolean manifest(ObjectName name) throws IOException {
    return small(name, object -> missing.look(name, object));
  }

  private boolean small(ObjectName name, Consumer<byte[]> sent) throws IOException {
    progress.checkCancelled();
    progress.current(name.value());
    byte[] object;
    try {
      object = from.storage().get(name);
      check(name, object);
    } catch (NoSuchFileException e) {
      fail(name);
      return false;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      fail(name);
      return false;
    }
    Transfer.put(to.storage(), name, object);
    sent(object.length);
    sent.accept(object);
    return true;
  }

  /** Reads it as whoever uses it will, but for newer versions, of which only the checksum tells. */
  private void check(ObjectName name, byte[] object) {
    KeyRing.checkPlain(name, object);
    ObjectKind kind = ObjectKind.of(name).orElseThrow();
    if (kind.keyClass() != ObjectKind.KeyClass.PLAIN) {
      try {
        byte[] _ = from.keys().openSmall(kind, kind.idIn(name).orElseThrow(), object);
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.FORMAT_NEWER) {
          throw e;
        }
      }
    }
  }

  /** A segment of the source, or one without packs if it is gone or damaged. */
  IndexSegment read(ObjectId id) throws IOException {
    try {
      return IndexSegment.read(from.storage(), from.keys(), id);
    } catch (NoSuchFileException e) {
      return new IndexSegment(List.of(), List.of());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return new IndexSegment(List.of(), List.of());
    }
  }

  /** It could not be sent. */
  void fail(ObjectName name) {
    failed.add(name);
  }

  /** It cannot be sent before a key holder has read it back. */
  void leave(ObjectId segment) {
    waiting.add(segment(segment));
  }

  boolean hasFailed(ObjectName name) {
    return failed.contains(name);
  }

  /** How many could not be sent. */
  int failures() {
    return failed.size();
  }

  /**
   * Packs that a pruner took away before they were sent; no segment may name them there. One that
   * is condemned and still there may be needed.
   */
  Set<ObjectId> pruned() throws IOException {
    Set<ObjectId> pruned = new HashSet<>();
    failed.forEach(name -> ObjectKind.DATA_PACK.idIn(name).ifPresent(pruned::add));
    if (pruned.isEmpty()) {
      return pruned;
    }
    from.condemnations().refresh();
    pruned.retainAll(from.condemnations().packs());
    for (ObjectId id : List.copyOf(pruned)) {
      if (from.storage().find(ObjectKind.DATA_PACK.name(id)).isPresent()) {
        pruned.remove(id);
      }
    }
    return pruned;
  }

  /**
   * What went away because it was removed, merged or pruned is not missed; segments that nobody can
   * read are, and entries of the ledger that others name and neither side has.
   */
  void forgetUnmissed() throws IOException {
    missing.look();
    forgetGone();
    failed.addAll(missing.names());
    for (LedgerIssue issue : from.ledger().issues()) {
      if (!(issue instanceof LedgerIssue.EntryDamaged)
          && to.storage().find(issue.object()).isEmpty()) {
        failed.add(issue.object());
      }
    }
  }

  private void forgetGone() throws IOException {
    waiting.removeIf(name -> ObjectKind.INDEX_SEGMENT.idIn(name).filter(this::isWaiting).isEmpty());
    if (failed.isEmpty()) {
      return;
    }
    Set<ObjectId> named = new HashSet<>();
    from.index().packs(pack -> named.add(pack.id()));
    // A pruner first takes away what nobody needs, and then names what is left without it.
    named.removeAll(pruned());
    Set<ObjectId> segments = new HashSet<>(from.index().segments());
    Set<String> removed = from.ledger().removed();
    failed.removeIf(
        name -> ObjectKind.LEDGER_ENTRY.idIn(name).filter(from.ledger()::spares).isPresent());
    failed.removeIf(name -> removed.contains(name.value()) || !isNamed(name, named, segments));
  }

  private boolean isNamed(ObjectName name, Set<ObjectId> named, Set<ObjectId> segments) {
    ObjectKind kind = ObjectKind.of(name).orElseThrow();
    ObjectId id = kind.idIn(name).orElseThrow();
    return switch (kind) {
      case INDEX_SEGMENT -> segments.contains(id) || isWaiting(id);
      case DATA_PACK -> named.contains(id);
      default -> true;
    };
  }

  private boolean isWaiting(ObjectId segment) {
    return from.keys().isForeign(segment) && !from.index().superseded().contains(segment);
  }

  /** Packs that are there now as they were written. */
  Set<ObjectId> mended() {
    return mended;
  }

  /** What came of it. */
  CopyReport report(long backups, long present) {
    return new CopyReport(
        backups,
        packs.sum(),
        objects.sum(),
        bytes.sum(),
        present,
        List.copyOf(new TreeSet<>(failed)),
        List.copyOf(new TreeSet<>(waiting)));
  }
}
