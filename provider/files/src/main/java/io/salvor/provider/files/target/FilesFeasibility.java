package io.salvor.provider.files.target;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentBlobs;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.Counted;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Capability;
import io.salvor.engine.posix.FileSystemInfo;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a directory's file system and user can take of a restore. */
final class FilesFeasibility implements Target.Feasibility {
  /** File systems without owners, modes and extended attributes. */
  private static final Set<String> PLAIN = Set.of("vfat", "msdos", "exfat");

  /** Bytes; no chunker makes extents so long on average. */
  private static final long DENSE = 4L << 20;

  private final TargetRoot root;
  private final Posix posix;
  private final BlobSource blobs;
  private final Tally foreign;
  private final Tally owners = new Tally();
  private final Tally devices = new Tally();
  private final Tally xattrs = new Tally();
  private final Tally unknown = new Tally();
  private long room;
  private long largestUpdate;
  private long entries;
  private int longestName;
  private @Nullable String longest;

  /**
   * @param foreign temporary entries that are not this user's and repository's to remove
   */
  FilesFeasibility(TargetRoot root, Posix posix, BlobSource blobs, Tally foreign) {
    this.root = root;
    this.blobs = blobs;
    this.posix = posix;
    this.foreign = foreign;
  }

  @Override
  public void consider(Step step) {
    Entry wanted = step.wanted();
    LiveItem live = step.live();
    long freed = live == null ? 0 : live.entry().size();
    if (wanted == null) {
      room -= freed;
      return;
    }
    entries += live == null ? 1 : 0;
    boolean linked = step.linkTo() != null;
    if (EntryWriter.replaces(step) && !linked && wanted.kind() == EntryKind.FILE) {
      long needed = needed(wanted);
      room += needed - freed;
      if (live != null && !root.inPlace().patches(step)) {
        largestUpdate = Math.max(largestUpdate, needed);
      }
    }
    if (!step.key().isRoot()) {
      name(step);
    }
    boolean privileged = posix.effectiveUid() == 0;
    if (!privileged && wanted.user().id() != posix.effectiveUid()) {
      owners.add(step.key());
    }
    if (!privileged && wanted.kind().isDevice()) {
      devices.add(step.key());
    }
    if (!wanted.xattrs().isEmpty()) {
      xattrs.add(step.key());
    }
    if (wanted.kind().isOfDatabase()) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "Cannot restore " + step.key() + " to " + root.display(),
          "it is a part of a database, and this is a directory",
          "name a database with --to, or take it as a file with `salvor cat` or `salvor export`");
    }
    if (wanted.kind() == EntryKind.UNKNOWN) {
      unknown.add(step.key());
    }
  }

  private void name(Step step) {
    int length = step.key().name().length;
    if (length > longestName) {
      longestName = length;
      longest = step.key().toString();
    }
  }

  /**
   * Bytes of data. A list is only read where its extents are so long that holes must be among them.
   */
  private long needed(Entry wanted) {
    return switch (wanted.content()) {
      case ContentRef.Empty e -> 0;
      case ContentRef.Inline(List<Extent> extents) ->
          extents.stream().filter(Extent.Data.class::isInstance).mapToLong(Extent::length).sum();
      case ContentRef.ListRoot list ->
          wanted.size() / list.extents() > DENSE ? data(wanted) : wanted.size();
    };
  }

  private long data(Entry wanted) {
    try {
      return ContentBlobs.bytes(blobs, wanted.content(), wanted.size());
    } catch (IOException | SalvorException e) {
      // Restoring it will meet the same and tell.
      return 0;
    }
  }

  @Override
  public Target.Findings findings() throws IOException {
    FileSystemInfo system = root.fileSystem();
    if (system.readOnly()) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "Cannot restore to " + root.display(),
          "its file system is mounted read-only",
          "name a directory that you may write");
    }
    requireRoom(system);
    List<Notice> warnings = new ArrayList<>();
    List<Notice> irreversible = new ArrayList<>();
    foreign.tell(
        warnings,
        "restore-of-others",
        "another restore works here, or has died: what it has not finished stays");
    owners.tell(
        warnings, "owners-not-kept", "only root can give files to others, so these become yours");
    devices.tell(irreversible, "devices-not-restored", "only root can make device nodes");
    unknown.tell(
        irreversible, "kind-unknown", "a newer version has captured a kind that this one lacks");
    if (PLAIN.contains(system.type())) {
      irreversible.add(
          new Notice(
              "metadata-not-kept",
              "",
              "the target's file system, " + system.type() + ", keeps no owners, modes or links"));
    }
    if (!posix.capabilities().has(Capability.ALL_XATTRS) || PLAIN.contains(system.type())) {
      xattrs.tell(
          irreversible, "attributes-not-kept", "not all extended attributes are taken here");
    }
    if (system.maxNameBytes() != Stat.UNKNOWN
        && longestName > system.maxNameBytes()
        && longest != null) {
      irreversible.add(
          new Notice(
              "name-too-long",
              longest,
              "the target's file system takes names of " + system.maxNameBytes() + " bytes"));
    }
    return new Target.Findings(warnings, irreversible);
  }

  private void requireRoom(FileSystemInfo system) {
    if (room + largestUpdate > system.freeBytes()) {
      throw new SalvorException(
          ErrorCode.TARGET_FULL,
          "There is not enough room in " + root.display(),
          "the restore needs "
              + Counted.of(room + largestUpdate, "byte", "bytes")
              + " and "
              + Counted.of(system.freeBytes())
              + " are free: "
              + Counted.of(room + largestUpdate - system.freeBytes())
              + " are missing",
          "make room there, restore a part with --include, or name another target");
    }
    if (system.freeInodes() != Stat.UNKNOWN && entries > system.freeInodes()) {
      throw new SalvorException(
          ErrorCode.TARGET_FULL,
          "There is not enough room in " + root.display(),
          "the restore makes "
              + Counted.of(entries, "entry", "entries")
              + " and the file system has room for "
              + Counted.of(system.freeInodes()),
          "make room there, restore a part with --include, or name another target");
    }
  }
}
