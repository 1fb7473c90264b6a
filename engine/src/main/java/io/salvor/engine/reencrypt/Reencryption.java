package io.salvor.engine.reencrypt;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.copy.Condemned;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.copy.SoleSession;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.pack.PackRewriter;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Seals everything to the newest epoch that the repository knows (docs/format.md §4), sensitive
 * content to the newest of its own, if the credential opens it.
 *
 * <p>Packs go segment by segment: the new packs, then a segment that names them, then one that says
 * the same and supersedes both it and the old one. The old packs, which no segment that counts
 * names any more, and the old segments go by the next prune: a writer or a reader may be using
 * them. Other objects go one by one, see {@link SmallObjects}. A crash at any moment leaves what a
 * further run goes on from: at worst some packs that nothing names, or that are there twice.
 *
 * <p>A session tells pruners to wait, and others who would do the same at the same time to leave
 * it. Who finds it alive after its new packs were named knows that no pruner takes them for
 * nobody's: before somebody is given up what no segment names is left alone, and afterwards the
 * index is read. So, however long it sleeps then, the old ones may lose their names.
 */
public final class Reencryption {
  private static final String PURPOSE = "re-encryption";

  private final Repository repository;
  private final Storage storage;
  private final String author;
  private final Progress progress;
  private final PackRewriter packs;
  private final Twins twins;
  private final Set<ObjectId> newer = new HashSet<>();
  private final ObjectId newest;
  private final @Nullable ObjectId newestSensitive;
  private final Set<ObjectId> condemned = new HashSet<>();
  private final CopySession session;
  private final List<SalvorException> failures = new ArrayList<>();
  private long rewritten;
  private long bytes;
  private long closed;

  private Reencryption(
      Repository repository, String author, CopySession session, Progress progress) {
    this.session = session;
    this.repository = repository;
    this.storage = repository.storage();
    this.author = author;
    this.progress = progress;
    this.packs = new PackRewriter(storage, repository.keys());
    this.twins = new Twins(repository, packs, progress);
    KeyRing keys = repository.keys();
    this.newest = keys.epoch();
    this.newestSensitive = keys.opensSensitive() ? keys.epoch(ObjectKind.KeyClass.SENSITIVE) : null;
  }

  /**
   * Runs it.
   *
   * @param repository opened after the newest epoch was made
   * @param author who asked for it, for the ledger
   * @throws SalvorException REENCRYPTION_RUNNING if somebody is at it already; SESSION_REVOKED if
   *     it was given up while it slept
   */
  public static ReencryptReport run(Repository repository, String author, Progress progress)
      throws IOException, InterruptedException {
    try (CopySession session =
        SoleSession.begin(repository, author, PURPOSE, ErrorCode.REENCRYPTION_RUNNING)) {
      return new Reencryption(repository, author, session, session.signing(progress)).run();
    }
  }

  private ReencryptReport run() throws IOException, InterruptedException {
    progress.phase("packs");
    // What was condemned before goes at any time, and what is needed of it is copied.
    condemned.addAll(Condemned.in(repository));
    Set<ObjectId> seen = new HashSet<>();
    for (Set<ObjectId> next = unseen(seen); !next.isEmpty(); next = unseen(seen)) {
      for (ObjectId segment : next) {
        progress.checkCancelled();
        segment(segment, seen);
      }
    }
    progress.phase("manifests");
    SmallObjects small = new SmallObjects(repository, newest, author, failures, progress);
    long manifests = small.reseal(ObjectKind.MANIFEST);
    progress.phase("facts");
    long facts = small.reseal(ObjectKind.FACT) + small.reseal(ObjectKind.STATE);
    return new ReencryptReport(rewritten, bytes, manifests, facts, closed, failures);
  }

  /** Segments that have come since: somebody may have merged what named the old packs. */
  private Set<ObjectId> unseen(Set<ObjectId> seen) throws IOException {
    repository.index().refresh();
    twins.refresh();
    Set<ObjectId> segments = new TreeSet<>(repository.index().segments());
    segments.removeAll(seen);
    seen.addAll(segments);
    return segments;
  }

  private void segment(ObjectId id, Set<ObjectId> seen) throws IOException, InterruptedException {
    Optional<IndexSegment> found = read(id);
    if (found.isEmpty()) {
      // Merged or pruned since: what it named is in another one, of this run or the next.
      return;
    }
    IndexSegment segment = found.get();
    repository.condemnations().refresh();
    List<PackDescription> stay = new ArrayList<>();
    List<PackDescription> made = new ArrayList<>();
    for (PackDescription pack : segment.packs()) {
      pack(pack, stay, made);
    }
    if (made.isEmpty() && stay.size() == segment.packs().size()) {
      return;
    }
    session.requireAlive();
    SegmentWriter segments = new SegmentWriter(storage, repository.keys());
    // What this one stood for must not count again once it is gone.
    List<ObjectId> superseded = new ArrayList<>(segment.superseded());
    superseded.add(id);
    if (!made.isEmpty()) {
      ObjectId first = segments.write(List.of(), made).id();
      superseded.add(first);
      seen.add(first);
      repository.awaitListings();
      session.requireAlive();
    }
    stay.addAll(made);
    seen.add(segments.write(superseded, stay).id());
  }

  private Optional<IndexSegment> read(ObjectId segment) throws IOException {
    try {
      return Optional.of(IndexSegment.read(storage, repository.keys(), segment));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Writes a pack anew.
   *
   * @param stay gets it if it is sealed to the newest epoch, or damaged; neither gets it if it was
   *     pruned meanwhile
   * @param made gets the new one
   */
  private void pack(PackDescription pack, List<PackDescription> stay, List<PackDescription> made)
      throws IOException {
    @Nullable ObjectId wanted = pack.kind() == BlobKind.SENSITIVE ? newestSensitive : newest;
    if (condemned.contains(pack.id())) {
      stay.add(pack);
      return;
    }
    if (wanted == null) {
      closed++;
      stay.add(pack);
      return;
    }
    try {
      PackSummary summary = new PackSummary(pack.id(), pack.sha256(), pack.size(), pack.kind());
      if (newer.contains(pack.id())
          || !twins.isOld(pack.id()) && packs.epochOf(summary).equals(wanted)) {
        newer.add(pack.id());
        stay.add(pack);
        return;
      }
      Optional<PackDescription> twin = twins.of(pack, wanted);
      if (twin.isPresent()) {
        made.add(twin.get());
        return;
      }
      PackDescription anew = packs.rewrite(pack, progress);
      twins.remember(pack.id(), anew.id());
      newer.add(anew.id());
      made.add(anew);
      rewritten++;
      bytes += pack.size();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      if (e.code() != ErrorCode.OBJECT_LOST || !isCondemned(pack)) {
        failures.add(e);
        stay.add(pack);
      }
    }
  }

  private boolean isCondemned(PackDescription pack) throws IOException {
    repository.condemnations().refresh();
    return repository.condemnations().packs().contains(pack.id());
  }
}
