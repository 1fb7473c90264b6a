package io.salvor.engine.reencrypt;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.copy.Condemned;
import io.salvor.engine.copy.CopySession;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
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
import java.io.InterruptedIOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Seals everything to the newest epoch that the repository knows (docs/format.md §4), sensitive
 * content to the newest of its own, if the credential opens it.
 *
 * <p>Packs go segment by segment: the new packs, then a segment that names them and supersedes the
 * old one. The old packs, which no segment that counts names any more, and the old segments go by
 * the next prune: a writer or a reader may be using them. Other objects go one by one, see {@link
 * SmallObjects}. A crash at any moment leaves what a further run goes on from, and at worst some
 * packs that nothing names. While it runs it has a session: its new packs, which nothing names yet,
 * would else look like nobody's to a pruner.
 */
public final class Reencryption {
  private final Repository repository;
  private final Storage storage;
  private final String author;
  private final Progress progress;
  private final PackRewriter packs;
  private final ObjectId newest;
  private final @Nullable ObjectId newestSensitive;
  private final Set<ObjectId> condemned = new HashSet<>();
  private final List<SalvorException> failures = new ArrayList<>();
  private long rewritten;
  private long bytes;
  private long closed;

  private Reencryption(Repository repository, String author, Progress progress) {
    this.repository = repository;
    this.storage = repository.storage();
    this.author = author;
    this.progress = progress;
    this.packs = new PackRewriter(storage, repository.keys());
    KeyRing keys = repository.keys();
    this.newest = keys.epoch();
    this.newestSensitive = keys.opensSensitive() ? keys.epoch(ObjectKind.KeyClass.SENSITIVE) : null;
  }

  /**
   * Runs it.
   *
   * @param repository opened after the newest epoch was made
   * @param author who asked for it, for the ledger
   * @throws SalvorException SESSION_REVOKED
   */
  public static ReencryptReport run(Repository repository, String author, Progress progress)
      throws IOException {
    return new Reencryption(repository, author, progress).run();
  }

  private ReencryptReport run() throws IOException {
    try (CopySession session = CopySession.begin(repository, author, "re-encryption")) {
      return run(session);
    }
  }

  private ReencryptReport run(CopySession session) throws IOException {
    progress.phase("packs");
    awaitListings();
    // What was condemned before goes at any time, and what is needed of it is copied.
    condemned.addAll(Condemned.in(repository));
    repository.index().refresh();
    for (ObjectId segment : repository.index().segments()) {
      progress.checkCancelled();
      segment(segment, session);
    }
    repository.index().refresh();
    progress.phase("manifests");
    SmallObjects small = new SmallObjects(repository, newest, author, failures, progress);
    long manifests = small.reseal(ObjectKind.MANIFEST);
    progress.phase("facts");
    long facts = small.reseal(ObjectKind.FACT) + small.reseal(ObjectKind.STATE);
    return new ReencryptReport(rewritten, bytes, manifests, facts, closed, failures);
  }

  private void awaitListings() throws IOException {
    try {
      repository.awaitListings();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while lists settled");
    }
  }

  private void segment(ObjectId id, CopySession session) throws IOException {
    IndexSegment segment;
    try {
      segment = IndexSegment.read(storage, repository.keys(), id);
    } catch (NoSuchFileException e) {
      // Merged or pruned since: what it named is in another one, of this run or the next.
      return;
    }
    List<PackDescription> named = new ArrayList<>();
    boolean changed = false;
    for (PackDescription pack : segment.packs()) {
      PackDescription now = pack(pack);
      changed |= now != pack;
      named.add(now);
    }
    if (!changed) {
      return;
    }
    session.requireAlive();
    // What this one stood for must not count again once it is gone.
    List<ObjectId> superseded = new ArrayList<>(segment.superseded());
    superseded.add(id);
    new SegmentWriter(storage, repository.keys()).write(superseded, named);
  }

  /** The pack anew, or itself if it is sealed to the newest epoch, or damaged. */
  private PackDescription pack(PackDescription pack) throws IOException {
    try {
      PackSummary summary = new PackSummary(pack.id(), pack.sha256(), pack.size(), pack.kind());
      @Nullable ObjectId wanted = pack.kind() == BlobKind.SENSITIVE ? newestSensitive : newest;
      if (condemned.contains(pack.id())) {
        return pack;
      }
      if (wanted == null) {
        closed++;
        return pack;
      }
      if (packs.epochOf(summary).equals(wanted)) {
        return pack;
      }
      PackDescription written = packs.rewrite(pack, progress);
      rewritten++;
      bytes += pack.size();
      return written;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      failures.add(e);
      return pack;
    }
  }
}
