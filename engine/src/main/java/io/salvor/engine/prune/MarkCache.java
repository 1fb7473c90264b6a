package io.salvor.engine.prune;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.TreeRoot;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The marks of the last prune on this machine. They hold as long as everything that was marked
 * because of a root that is a root still, in views of the index that are still the same; otherwise
 * the work is begun anew.
 */
final class MarkCache {
  private static final long MAGIC = 0x534C564D41524B31L; // SLVMARK1
  private static final int HASH = 32;
  private static final int ROOT = BlobId.SIZE + Integer.BYTES + Long.BYTES;
  private static final String FILE = "marks";

  private final LocalDirectory directory;
  private final Progress progress;

  MarkCache(Repository repository, Progress progress) {
    this.directory = repository.local().cache(repository.id().toString()).directory("prune");
    this.progress = progress;
  }

  /**
   * Takes over what was marked, if all of it is needed still.
   *
   * @param roots today's
   * @return the roots that need not be marked again
   */
  Set<TreeRoot> load(BlobMarks marks, Set<TreeRoot> roots) {
    Optional<byte[]> saved;
    try {
      saved = directory.read(FILE);
    } catch (SalvorException e) {
      return Set.of();
    }
    return saved.map(bytes -> load(bytes, marks, roots)).orElse(Set.of());
  }

  private static Set<TreeRoot> load(byte[] bytes, BlobMarks marks, Set<TreeRoot> roots) {
    int end = bytes.length - HASH;
    if (end < Long.BYTES + 2 * Integer.BYTES
        || !Arrays.equals(Sha256.of(bytes, 0, end), Arrays.copyOfRange(bytes, end, bytes.length))) {
      return Set.of();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, end);
    if (in.getLong() != MAGIC) {
      return Set.of();
    }
    Set<TreeRoot> known = new HashSet<>();
    for (int n = in.getInt(); n > 0; n--) {
      known.add(new TreeRoot(BlobId.from(in), in.getInt(), in.getLong()));
    }
    return roots.containsAll(known) && marks.restore(in) ? known : Set.of();
  }

  /** Keeps marks for the next time; that this fails is no failure of a prune. */
  void save(Mark mark) {
    byte[] marks = mark.marks().save();
    int roots = mark.done().size();
    int size = Long.BYTES + Integer.BYTES + roots * ROOT + marks.length;
    ByteBuffer out = ByteBuffer.allocate(size + HASH).putLong(MAGIC).putInt(roots);
    for (TreeRoot root : mark.done()) {
      root.id().to(out);
      out.putInt(root.level()).putLong(root.entries());
    }
    out.put(marks);
    out.put(Sha256.of(out.array(), 0, size));
    try {
      directory.writeAtomically(FILE, out.array());
    } catch (SalvorException e) {
      progress.warn(e.code().code(), "prune", "what was marked is not kept: " + e.why());
    }
  }
}
