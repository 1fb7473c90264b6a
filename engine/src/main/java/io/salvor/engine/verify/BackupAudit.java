package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.tree.TreeAudit;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Walks the trees of backups: every node is read, every blob that an entry names must be usable.
 * What several backups share is walked once if it is sound, and for each of them if it is not, so
 * that damage is told of every backup that it touches.
 */
public final class BackupAudit {
  private static final String REMEDY =
      "back the source up again with --type full while it still has the data; other entries are"
          + " not touched";

  private final NodeCache nodes;
  private final BlobSource source;
  private final ToIntBiFunction<BlobKind, BlobId> length;
  private final BiPredicate<BlobKind, BlobId> usable;
  private final Findings findings;
  private final Progress progress;
  private final Set<BlobId> soundNodes = new HashSet<>();
  private long blobs;

  /**
   * @param usable whether a blob is where the index says, as far as this verification has looked
   */
  BackupAudit(
      Repository repository,
      BiPredicate<BlobKind, BlobId> usable,
      Findings findings,
      Progress progress) {
    this(
        repository.nodes(),
        repository.blobs(),
        usable,
        (kind, id) -> repository.index().find(kind, id).map(BlobLocation::length).orElse(-1),
        findings,
        progress);
  }

  /**
   * An audit of what some source of blobs gives.
   *
   * @param usable whether a blob can be had
   * @param length how long it is, in bytes
   */
  public BackupAudit(
      NodeCache nodes,
      BlobSource source,
      BiPredicate<BlobKind, BlobId> usable,
      ToIntBiFunction<BlobKind, BlobId> length,
      Findings findings,
      Progress progress) {
    this.nodes = nodes;
    this.source = source;
    this.usable = usable;
    this.length = length;
    this.findings = findings;
    this.progress = progress;
  }

  /** Blobs that were looked at. */
  long blobs() {
    return blobs;
  }

  /** Walks the trees of a backup. */
  public void audit(Backup backup) throws IOException {
    progress.current(backup.id().text());
    TreeAudit.visit(nodes, backup.manifest().root(), new Entries(backup));
    if (backup.manifest().undo() != null) {
      TreeRoot created = backup.manifest().undo().created();
      TreeAudit.visit(nodes, created, new Keys(backup));
    }
  }

  private class Keys implements TreeAudit.Visitor {
    protected final Backup backup;

    Keys(Backup backup) {
      this.backup = backup;
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      progress.checkCancelled();
      return soundNodes.contains(node);
    }

    @Override
    public boolean entry(TreeItem item) throws IOException {
      return true;
    }

    @Override
    public void sound(BlobId node) {
      blobs++;
      // It was read just now: only what lies in no pack that is in order is looked at again.
      if (usable.test(BlobKind.TREE, node)) {
        soundNodes.add(node);
      }
    }

    @Override
    public void damaged(BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why) {
      if (!why.code().isDamage()) {
        throw why;
      }
      String from = after == null ? "the beginning" : "after " + after;
      String to = upTo == null ? "the end" : upTo.toString();
      findings.damage(
          "tree node " + node,
          "entries from " + from + " to " + to + " cannot be read: " + why.getMessage(),
          REMEDY,
          backup.id());
    }
  }

  private final class Entries extends Keys {
    Entries(Backup backup) {
      super(backup);
    }

    @Override
    public boolean entry(TreeItem item) throws IOException {
      progress.advance(1, 0);
      try {
        Entry entry = EntryCodec.decode(item.key(), item.value());
        return content(item.key(), entry);
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        findings.damage(item.key().toString(), String.valueOf(e.getMessage()), REMEDY, backup.id());
        return false;
      }
    }

    private boolean content(Key key, Entry entry) throws IOException {
      if (entry.content() instanceof ContentRef.Empty) {
        return true;
      }
      ContentReader extents = new ContentReader(source, entry.content(), entry.size());
      boolean sound = true;
      for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
        if (p.extent() instanceof Extent.Data data) {
          blobs++;
          if (!usable.test(BlobKind.DATA, data.id()) || !isAsLong(data)) {
            findings.damage(
                key.toString(),
                "bytes "
                    + p.offset()
                    + " to "
                    + (p.offset() + data.length())
                    + " are lost, damaged or not as many as the entry says: blob "
                    + data.id(),
                REMEDY,
                backup.id());
            sound = false;
          }
        }
      }
      return sound;
    }

    private boolean isAsLong(Extent.Data data) {
      return length.applyAsInt(BlobKind.DATA, data.id()) == data.length();
    }
  }
}
