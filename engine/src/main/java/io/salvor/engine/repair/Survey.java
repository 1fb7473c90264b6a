package io.salvor.engine.repair;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.copy.Condemned;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.RepairPlan.Left;
import io.salvor.engine.repair.RepairPlan.Salvage;
import io.salvor.engine.repair.RepairPlan.Wanted;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.verify.BackupAudit;
import io.salvor.engine.verify.Findings;
import io.salvor.engine.verify.ObjectAudit;
import io.salvor.engine.verify.PackAudit;
import io.salvor.engine.verify.WaitingBackups;
import io.salvor.engine.writer.Intake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads everything, and finds out what can be mended. */
final class Survey {
  private static final int MOST_FETCHED = 200_000;
  private static final String NO_COPY =
      "put it back from a copy, with --from; or accept that it is lost, with --accept-loss";

  private final Repository repository;
  private final @Nullable Repository copy;
  private final Other other;
  private final Progress progress;
  private final List<Left> left = new ArrayList<>();
  private final List<ObjectName> objects = new ArrayList<>();
  private final Set<PackSummary> packs = new LinkedHashSet<>();
  private final Set<ObjectId> backAgain = new HashSet<>();
  private final Set<Wanted> fetched = new LinkedHashSet<>();
  private final Set<ObjectId> condemned = new HashSet<>();
  private final Set<ObjectId> readAlready = new HashSet<>();
  private final Set<ObjectId> useful = new HashSet<>();
  private final Unnamed unnamed;
  private final PackAudit read;

  Survey(Repository repository, @Nullable Repository copy, Progress progress) {
    this.repository = repository;
    this.copy = copy;
    this.other = new Other(repository, copy);
    this.progress = progress;
    this.unnamed = new Unnamed(repository, other, condemned, progress);
    this.read = new PackAudit(repository, new Findings(true), progress);
  }

  /**
   * Makes the plan.
   *
   * @param keys what was put back, or will be, before the repository could be opened
   * @param acceptLoss whether manifests that nobody has are given up
   */
  RepairPlan plan(List<ObjectName> keys, boolean acceptLoss)
      throws IOException, InterruptedException {
    progress.phase("structure");
    Map<ObjectId, byte[]> entries = LedgerMending.find(repository, copy, other);
    entries.keySet().forEach(id -> objects.add(ObjectKind.LEDGER_ENTRY.name(id)));
    repository.ledger().suppose(entries);
    try {
      return planRest(keys, acceptLoss);
    } finally {
      repository.ledger().suppose(Map.of());
    }
  }

  private RepairPlan planRest(List<ObjectName> keys, boolean acceptLoss)
      throws IOException, InterruptedException {
    BackupList list = BackupList.read(repository);
    repository.index().refresh();
    condemned.addAll(Condemned.in(repository));
    ObjectAudit audit = new ObjectAudit(repository, progress);
    audit.run();
    SmallObjects small = SmallObjects.survey(repository, copy, other, list, audit);
    objects.addAll(small.putBack());
    List<LedgerEntry.Added> accepted = new ArrayList<>();
    List<ObjectId> givenUp = new ArrayList<>();
    small
        .lost()
        .forEach(
            (name, why) -> {
              LedgerEntry.Added line = repository.ledger().existing().get(name.value());
              boolean manifest = ObjectKind.MANIFEST.idIn(name).isPresent();
              Optional<ObjectId> entry = ObjectKind.LEDGER_ENTRY.idIn(name);
              boolean known = !small.withheld().contains(name);
              if (manifest && known && line != null && acceptLoss) {
                accepted.add(line);
              } else if (entry.isPresent() && known && acceptLoss) {
                givenUp.add(entry.get());
              } else {
                boolean acceptable = known && (manifest || entry.isPresent());
                String remedy = acceptable ? NO_COPY : small.remedy(name);
                left.add(new Left(name.value(), why, remedy));
              }
            });
    unnamed.add(small.segments());
    if (!small.broken().isEmpty()) {
      unnamed.find(audit);
    }
    progress.phase("read");
    read.structure();
    read.readEverything();
    readUnnamed();
    readWaiting();
    progress.phase("trees");
    List<Backup> backups = new ArrayList<>(list.backups());
    backups.addAll(small.backups());
    // Nobody has read those back yet, so that nothing can be concluded from what they name.
    Set<BackupId> waiting = WaitingBackups.of(repository, list);
    backups.removeIf(backup -> waiting.contains(backup.id()));
    Findings losses = walk(backups);
    if (!losses.issues().isEmpty() && small.broken().isEmpty()) {
      // What is missed may lie in packs that lost their names in some other way.
      unnamed.find(audit);
      read.renew();
      if (!unnamed.rebuilt().isEmpty()) {
        readUnnamed();
        losses = walk(backups);
      }
    }
    Set<ObjectId> damaged = damaged();
    List<PackSummary> believed =
        unnamed.rebuilt().stream()
            .filter(pack -> !damaged.contains(pack.id()))
            .filter(pack -> !small.broken().isEmpty() || useful.contains(pack.id()))
            .toList();
    List<Salvage> salvaged =
        new Salvages(repository, other, unnamed, read, this::isSound, damaged)
            .plan(acceptLoss, left);
    return new RepairPlan(
        keys,
        objects,
        List.copyOf(packs),
        believed,
        rebuilt(small.broken()),
        salvaged,
        List.copyOf(fetched),
        small.adopted(),
        accepted,
        givenUp,
        vanished(list, small),
        left,
        losses.issues(),
        losses.damagedPlaces());
  }

  /** What was seen here and is gone, but for what a manifest still tells of. */
  private List<String> vanished(BackupList list, SmallObjects small) throws IOException {
    Set<String> there = new HashSet<>();
    list.backups().forEach(backup -> there.add(backup.id().text()));
    small.backups().forEach(backup -> there.add(backup.id().text()));
    return repository.ledger().vanished().stream()
        .map(LedgerMemory.SeenBackup::id)
        .filter(id -> !there.contains(id))
        .sorted()
        .toList();
  }

  private void readUnnamed() throws IOException {
    unnamed.each(readAlready::add, read::read);
    // The copy is asked once for each.
    Map<ObjectId, PackSummary> summaries = new TreeMap<>();
    repository.index().packs(pack -> summaries.put(pack.id(), pack));
    for (ObjectId id : read.damaged()) {
      PackSummary pack = summaries.get(id);
      if (pack != null
          && !condemned.contains(id)
          && !backAgain.contains(id)
          && other.copyHas(pack, progress)) {
        packs.add(pack);
        backAgain.add(id);
      }
    }
  }

  /**
   * Packs of write-only clients that nobody has taken in yet: what a copy has of them is put back
   * before they are, for one that is found damaged then is refused for good.
   */
  private void readWaiting() throws IOException {
    if (copy == null) {
      return;
    }
    for (ObjectId segment : Intake.waiting(repository)) {
      try {
        for (PackDescription pack :
            IndexSegment.read(repository.storage(), repository.keys(), segment).packs()) {
          PackSummary summary = new PackSummary(pack.id(), pack.sha256(), pack.size(), pack.kind());
          if (!condemned.contains(pack.id())
              && pack.id().high() == segment.high()
              && !other.isHere(summary, progress)
              && other.copyHas(summary, progress)
              && backAgain.add(pack.id())) {
            packs.add(summary);
          }
        }
      } catch (NoSuchFileException e) {
        // Taken in since.
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        // The segment itself is put back, where the copy has it.
      }
    }
  }

  /** Packs that are damaged and are not put back. */
  private Set<ObjectId> damaged() {
    Set<ObjectId> damaged = new TreeSet<>(read.damaged());
    damaged.removeAll(condemned);
    damaged.removeAll(backAgain);
    return damaged;
  }

  private Findings walk(List<Backup> backups) throws IOException {
    Findings losses = new Findings(true);
    Noticing noticing = new Noticing();
    BackupAudit trees =
        new BackupAudit(
            repository,
            new NodeCache(noticing),
            noticing,
            this::length,
            losses,
            BackupAudit.AGAIN,
            progress);
    for (Backup backup : backups.reversed()) {
      trees.audit(backup);
    }
    return losses;
  }

  /** A broken segment stays where this machine's view of it is all that tells of some pack. */
  private List<ObjectId> rebuilt(Set<ObjectId> broken) {
    Set<ObjectId> known = new TreeSet<>();
    repository.index().packs(pack -> known.add(pack.id()));
    known.retainAll(unnamed.unknown());
    if (!unnamed.withheld().isEmpty()) {
      broken.forEach(
          id ->
              left.add(
                  new Left(
                      ObjectKind.INDEX_SEGMENT.name(id).value(),
                      "the segment is damaged, and the storage does not give "
                          + Counted.of(unnamed.withheld().size(), "pack", "packs")
                          + " that it may name",
                      SmallObjects.WITHHELD)));
      return List.of();
    }
    if (known.isEmpty()) {
      return List.copyOf(broken);
    }
    broken.forEach(
        id ->
            left.add(
                new Left(
                    ObjectKind.INDEX_SEGMENT.name(id).value(),
                    "the segment is damaged, and so is the directory of "
                        + Counted.of(known.size(), "pack", "packs")
                        + ", of which only this machine knows what is in them",
                    "keep this machine's cache, and put the objects back from a copy")));
    return List.of();
  }

  /** Nodes as they can be had; those that only the copy has are to be fetched. */
  private final class Noticing implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) throws IOException {
      byte[] blob = other.get(kind, id);
      int _ = length(kind, id);
      return blob;
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return other.contains(kind, id);
    }
  }

  private void fetch(BlobKind kind, BlobId id) {
    if (fetched.size() < MOST_FETCHED) {
      fetched.add(new Wanted(kind, id));
    } else if (left.stream().noneMatch(l -> l.object().equals("blobs"))) {
      left.add(
          new Left(
              "blobs", "more blobs are missing than one run fetches", "run the command again"));
    }
  }

  /** Length of a blob that is here, or that the copy has; negative if it is lost. */
  private int length(BlobKind kind, BlobId id) {
    BlobIndex index = repository.index();
    Optional<BlobLocation> place =
        index.find(kind, id, p -> !readAlready.contains(p.pack()) && isSound(id, p.pack()));
    if (place.isEmpty() && !readAlready.isEmpty()) {
      place = index.find(kind, id, p -> isSound(id, p.pack()));
      place.ifPresent(p -> useful.add(p.pack()));
    }
    if (place.isPresent()) {
      return place.get().length();
    }
    try {
      if (!other.copyHas(kind, id)) {
        return -1;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // A condemned pack is not put back: what is still needed of it gets another place.
    if (index.locations(kind, id).stream().allMatch(p -> condemned.contains(p.pack()))) {
      fetch(kind, id);
    }
    return other.length(kind, id);
  }

  /** Whether the pack has the blob, now or when it has been put back. */
  private boolean isSound(BlobId id, ObjectId pack) {
    return backAgain.contains(pack) || read.isReadable(id, pack);
  }

  /** The segments that a manifest names. */
  static List<ObjectId> segments(Backup backup) {
    return backup.manifest().segments().stream().map(Manifest.SegmentRef::id).toList();
  }
}
