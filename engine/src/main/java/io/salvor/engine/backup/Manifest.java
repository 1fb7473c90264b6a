package io.salvor.engine.backup;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.tree.TreeRoot;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one backup (docs/format.md §10). Its encoded form is what is signed, and the
 * SHA-256 of that form is the backup's checksum, equal in every copy.
 */
public record Manifest(
    BackupId id,
    ObjectId session,
    BackupStatus status,
    Origin origin,
    Lineage lineage,
    Label label,
    Instant started,
    Instant finished,
    Counts entries,
    Volume bytes,
    TreeRoot root,
    List<Component> components,
    List<Failure> failures,
    List<SegmentRef> segments,
    String software,
    ObjectId epoch,
    @Nullable UndoOf undo) {

  public Manifest {
    components = List.copyOf(components);
    failures = List.copyOf(failures);
    segments = List.copyOf(segments);
  }

  /** How many failures a manifest names; the rest is only counted. */
  public static final int MAX_FAILURES = 1000;

  /** The most bytes that their keys and messages have together; a key may have 1 MiB. */
  public static final int MAX_FAILURE_BYTES = 4 << 20;

  /** No repository gets so far; who drives a sequence beyond any other stops nobody. */
  public static final long MAX_SEQUENCE = 1L << 40;

  /** The same with another status. */
  Manifest withStatus(BackupStatus other) {
    return new Manifest(
        id,
        session,
        other,
        origin,
        lineage,
        label,
        started,
        finished,
        entries,
        bytes,
        root,
        components,
        failures,
        segments,
        software,
        epoch,
        undo);
  }

  /**
   * Where the backup comes from.
   *
   * @param provider the provider's name, {@code files}
   * @param source the address in its normal form
   * @param paths raw paths of a source that has some
   * @param host the machine
   * @param createdBy who asked for it
   * @param group the consistency group, empty if none
   * @param patterns what of the source was taken
   */
  public record Origin(
      String provider,
      String source,
      List<byte[]> paths,
      String host,
      String createdBy,
      String group,
      Patterns patterns) {
    public Origin {
      paths = List.copyOf(paths);
    }

    /** Of everything in the source. */
    public Origin(
        String provider,
        String source,
        List<byte[]> paths,
        String host,
        String createdBy,
        String group) {
      this(provider, source, paths, host, createdBy, group, Patterns.NONE);
    }
  }

  /**
   * What it was captured against.
   *
   * @param parent the backup before it, if its entries were compared with one
   * @param base of a differential, its full
   * @param sequence one more than the greatest of the backups that were there when it began: it
   *     tells which is later where a clock was wrong, or two began in the same second
   */
  public record Lineage(
      BackupType type, @Nullable BackupId parent, @Nullable BackupId base, long sequence) {}

  /** What people say of it. */
  public record Label(String description, SortedMap<String, String> tags) {
    public Label {
      tags = new TreeMap<>(tags);
    }
  }

  /** Entries by what became of them; {@code total} is what the backup holds. */
  public record Counts(long total, long added, long changed, long removed, long failed) {}

  /**
   * Sizes in bytes.
   *
   * @param read from the source
   * @param logical sum of the sizes of the files it holds
   * @param added plain bytes that the repository did not have
   * @param stored bytes written to the storage for them
   */
  public record Volume(long read, long logical, long added, long stored) {}

  /** A part of the backup with a result of its own. */
  public record Component(
      String name, String kind, BackupStatus status, long entries, long bytes, byte[] checksum) {}

  /** An entry that could not be captured. */
  public record Failure(byte[] key, String code, String message) {}

  /** An index segment that the session wrote, with the SHA-256 of its object. */
  public record SegmentRef(ObjectId id, byte[] sha256) {}

  /**
   * Says that the backup is the undo of a restore.
   *
   * @param restore the restore's id
   * @param heldUntil until when it is held
   * @param created the tree of keys that the restore was going to create, with empty values
   */
  public record UndoOf(String restore, Instant heldUntil, TreeRoot created) {}
}
