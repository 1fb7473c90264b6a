package io.salvor.engine.copy;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares two repositories: what the first has and the second lacks. */
final class CopyPlanner {
  private final Repository from;
  private final Repository to;
  private final Progress progress;
  private final Map<ObjectName, Long> here = new TreeMap<>();
  private final Map<ObjectName, Long> there = new HashMap<>();
  private final List<ObjectId> waiting = new ArrayList<>();
  private final List<ObjectId> segments = new ArrayList<>();
  private final List<ObjectId> rewritten = new ArrayList<>();
  private long present;
  private long bytes;

  private CopyPlanner(Repository from, Repository to, Progress progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  static CopyPlan plan(Repository from, Repository to, Progress progress) throws IOException {
    return new CopyPlanner(from, to, progress).plan();
  }

  private CopyPlan plan() throws IOException {
    to.ledger().refresh();
    to.index().refresh();
    // What goes from here on is in a journal that the ledger names by then.
    Set<ObjectName> tails = new TreeSet<>();
    from.storage()
        .list(
            ObjectKind.JOURNAL_TAIL.prefix(),
            info ->
                ObjectKind.JOURNAL_TAIL.idIn(info.name()).ifPresent(id -> tails.add(info.name())));
    // In this order: what a manifest needs was in the index before the manifest was written.
    from.ledger().refresh();
    from.index().refresh();
    // Nothing that is read here is later than a pack that a pruner puts in the place of another.
    from.storage().list("", info -> note(here, info.name(), info.size()));
    to.storage().list("", info -> note(there, info.name(), info.size()));
    Set<ObjectId> condemned = Condemned.in(to);
    Map<ObjectId, PackSummary> packs = new TreeMap<>();
    from.index().packs(pack -> packs.put(pack.id(), pack));
    waiting(packs, condemned);
    List<PackSummary> sent = new ArrayList<>();
    List<ObjectId> renewed = new ArrayList<>();
    Set<ObjectId> doubtful = to.knownDamage();
    for (PackSummary pack : packs.values()) {
      if (condemned.contains(pack.id())) {
        renewed.add(pack.id());
      } else if (isThere(name(pack), pack.size()) && !doubtful.contains(pack.id())) {
        present += pack.size();
      } else {
        sent.add(pack);
        bytes += pack.size();
      }
    }
    segments(condemned);
    Set<String> gone = new HashSet<>(from.ledger().removed());
    gone.addAll(to.ledger().removed());
    List<ObjectName> keys = new ArrayList<>();
    for (ObjectName name : Copies.keysToSend(from)) {
      add(name, gone, keys);
    }
    List<ObjectName> facts = new ArrayList<>();
    for (ObjectName name : listedAndNamed(ObjectKind.FACT)) {
      switch (ObjectKind.of(name).orElse(ObjectKind.SESSION_END)) {
        case FACT, STATE -> add(name, gone, facts);
        default -> {}
      }
    }
    List<ObjectName> manifests = new ArrayList<>();
    // Sealed anew here since it was forgotten there.
    Set<String> removed = Forgotten.names(from, to);
    for (LedgerEntry.Added line : from.ledger().existing().values()) {
      if (Forgotten.isManifest(line) && !removed.contains(line.object())) {
        add(new ObjectName(line.object()), gone, manifests);
      }
    }
    List<ObjectName> entries = entries(removed);
    List<ObjectName> unsentTails = new ArrayList<>();
    tails.retainAll(here.keySet());
    tails.forEach(name -> add(name, gone, unsentTails));
    return new CopyPlan(
        waiting,
        keys,
        sent,
        renewed,
        segments,
        rewritten,
        facts,
        manifests,
        List.copyOf(removed),
        entries,
        unsentTails,
        condemned,
        present,
        bytes);
  }

  /** What is here, and of this kind what lists hide, or is lost: the ledger names it. */
  private Set<ObjectName> listedAndNamed(ObjectKind kind) {
    Set<ObjectName> names = new TreeSet<>(here.keySet());
    from.ledger().existing().tailMap(kind.prefix()).keySet().stream()
        .takeWhile(name -> name.startsWith(kind.prefix()))
        .forEach(name -> names.add(new ObjectName(name)));
    return names;
  }

  /**
   * What write-only clients have stored and nobody has read back yet is in no index; it goes as it
   * is, for the ledger names their backups. What is condemned there has to be stored anew, which
   * only a key holder's word on it allows.
   */
  private void waiting(Map<ObjectId, PackSummary> packs, Set<ObjectId> condemned)
      throws IOException {
    for (ObjectName name : here.keySet()) {
      ObjectId id = ObjectKind.INDEX_SEGMENT.idIn(name).orElse(null);
      if (id == null
          || !from.keys().isForeign(id)
          || from.index().superseded().contains(id)
          || to.index().superseded().contains(id)) {
        continue;
      }
      IndexSegment segment = read(id);
      if (segment != null
          && segment.packs().stream().map(PackDescription::id).anyMatch(condemned::contains)) {
        waiting.add(id);
        continue;
      }
      if (segment != null) {
        for (PackDescription pack : segment.packs()) {
          packs.putIfAbsent(
              pack.id(), new PackSummary(pack.id(), pack.sha256(), pack.size(), pack.kind()));
        }
      }
      if (!there.containsKey(name)) {
        segments.add(id);
        bytes += here.getOrDefault(name, 0L);
      }
    }
  }

  private static void note(Map<ObjectName, Long> list, ObjectName name, long size) {
    if (ObjectKind.of(name).isPresent()) {
      list.put(name, size);
    }
  }

  private static ObjectName name(PackSummary pack) {
    return PackDescription.kindOf(pack.kind()).name(pack.id());
  }

  private boolean isThere(ObjectName name, long size) {
    Long other = there.get(name);
    return other != null && other == size;
  }

  /**
   * An object that is sent unless it is there; of one that is lost here the copy may be the last.
   */
  private void add(ObjectName name, Set<String> gone, List<ObjectName> wanted) {
    Long size = here.get(name);
    if (gone.contains(name.value()) || (size == null && there.containsKey(name))) {
      return;
    }
    if (size != null && isThere(name, size)) {
      present += size;
    } else {
      wanted.add(name);
      bytes += size == null ? 0 : size;
    }
  }

  /**
   * A segment goes as it is where that only adds to what the other's index says. It is written anew
   * where it, or a segment that it stands for, has another meaning there, because the other side
   * has pruned or merged by itself.
   */
  private void segments(Set<ObjectId> condemned) throws IOException {
    Set<ObjectId> named = new HashSet<>();
    to.index().packs(pack -> named.add(pack.id()));
    named.removeAll(condemned);
    Set<ObjectId> superseded = to.index().superseded();
    for (ObjectId id : from.index().segments()) {
      ObjectName name = ObjectKind.INDEX_SEGMENT.name(id);
      Long size = here.get(name);
      if (size != null && isThere(name, size) && !superseded.contains(id)) {
        present += size;
        continue;
      }
      progress.checkCancelled();
      IndexSegment segment = read(id);
      if (segment == null) {
        // Told when it is sent: it may be merged with others by then.
        segments.add(id);
        continue;
      }
      List<ObjectId> alive =
          segment.packs().stream()
              .map(PackDescription::id)
              .filter(pack -> !condemned.contains(pack))
              .toList();
      if (named.containsAll(alive) && isKnown(id, segment, superseded)) {
        continue;
      }
      boolean adds =
          alive.size() == segment.packs().size()
              && !superseded.contains(id)
              && segment.superseded().stream()
                  .noneMatch(s -> there.containsKey(ObjectKind.INDEX_SEGMENT.name(s)));
      (adds ? segments : rewritten).add(id);
      bytes += size == null ? 0 : size;
    }
  }

  /**
   * Whether what manifests may name of it is found there: one that stands for others they do not.
   */
  private boolean isKnown(ObjectId id, IndexSegment segment, Set<ObjectId> superseded) {
    List<ObjectId> ids = segment.superseded().isEmpty() ? List.of(id) : segment.superseded();
    return ids.stream()
        .allMatch(
            s -> superseded.contains(s) || there.containsKey(ObjectKind.INDEX_SEGMENT.name(s)));
  }

  private @Nullable IndexSegment read(ObjectId id) throws IOException {
    try {
      return IndexSegment.read(from.storage(), from.keys(), id);
    } catch (NoSuchFileException e) {
      return null;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return null;
    }
  }

  /** Entries in an order in which none tells of a loss that is none; not those that are covered. */
  private List<ObjectName> entries(Set<String> removed) throws IOException {
    Map<ObjectId, LedgerEntry> unsent = new HashMap<>();
    List<ObjectName> unreadable = new ArrayList<>();
    for (Map.Entry<ObjectName, Long> object : here.entrySet()) {
      ObjectName name = object.getKey();
      Optional<ObjectId> id = ObjectKind.LEDGER_ENTRY.idIn(name);
      // What has come since the ledger was read names what this plan does not know of.
      if (id.isEmpty() || from.ledger().spares(id.get()) || !from.ledger().knows(id.get())) {
        continue;
      }
      if (isThere(name, object.getValue())) {
        present += object.getValue();
        continue;
      }
      bytes += object.getValue();
      LedgerEntry entry = entry(name);
      if (entry == null) {
        unreadable.add(name);
      } else {
        unsent.put(id.get(), entry);
      }
    }
    Set<String> gone = from.ledger().removed();
    Set<String> known = to.ledger().removed();
    for (LedgerEntry entry : unsent.values()) {
      for (LedgerEntry.Added added : entry.added()) {
        if (gone.contains(added.object()) && !known.contains(added.object())) {
          removed.add(added.object());
        }
      }
    }
    List<ObjectName> names =
        new ArrayList<>(EntryOrder.of(unsent).stream().map(ObjectKind.LEDGER_ENTRY::name).toList());
    names.addAll(unreadable);
    return names;
  }

  private @Nullable LedgerEntry entry(ObjectName name) throws IOException {
    ObjectId id = ObjectKind.LEDGER_ENTRY.idIn(name).orElseThrow();
    try {
      byte[] object = from.storage().get(name);
      return LedgerEntry.decode(from.keys().openSmall(ObjectKind.LEDGER_ENTRY, id, object));
    } catch (NoSuchFileException | MalformedException e) {
      // Damaged, or replaced by a summary: told when it is to be sent.
      return null;
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return null;
    }
  }
}
