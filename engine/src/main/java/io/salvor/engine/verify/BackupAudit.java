package io.salvor.engine.verify;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentAudit;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobSet;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.CheckedPlaces;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.tree.TreeAudit;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Walks the trees of backups: every node is read, every blob that an entry names must be usable.
 * What several backups share is walked once if it is sound, and for each of them if it is not, so
 * that damage is told of every backup that it touches.
 */
public final class BackupAudit {
  /** What helps where nobody has it any more. */
  public static final String AGAIN =
      "back the source up again with --type full while it still has the data; other entries are"
          + " not touched";

  /** The value of each key of an undo: an empty map. */
  private static final byte[] NOTHING = {(byte) 0xa0};

  /** Tells what can be had. */
  @FunctionalInterface
  public interface Usable {
    /** The length in bytes of a blob that can be had; negative if it cannot. */
    int length(BlobKind kind, BlobId id);

    /** Whether it can be had, and is so many bytes long. */
    default boolean has(BlobKind kind, BlobId id, long length) {
      return length(kind, id) == length;
    }
  }

  private final NodeCache nodes;
  private final BlobSource source;
  private final Usable usable;
  private final Findings findings;
  private final String remedy;
  private final Progress progress;
  private final BlobSet soundNodes;
  private final BlobSet soundLists;
  private final BlobSet soundSensitive;
  private final CheckedPlaces places;
  private long blobs;

  /**
   * An audit of a repository's own blobs.
   *
   * @param usable whether a blob is where the index says, as far as this verification has looked
   */
  BackupAudit(Repository repository, Usable usable, Findings findings, Progress progress) {
    this(
        repository,
        repository.nodes(),
        repository.blobs(),
        usable,
        findings,
        Remedies.of(repository).mend(AGAIN),
        progress);
  }

  /**
   * An audit of what some source of blobs gives.
   *
   * @param repository by whose index is noted what was found sound
   * @param remedy what helps against what is found
   */
  public BackupAudit(
      Repository repository,
      NodeCache nodes,
      BlobSource source,
      Usable usable,
      Findings findings,
      String remedy,
      Progress progress) {
    this.remedy = remedy;
    this.nodes = nodes;
    this.source = source;
    this.usable = usable;
    this.findings = findings;
    this.progress = progress;
    this.soundNodes = new BlobSet(repository.index());
    this.soundLists = new BlobSet(repository.index());
    this.soundSensitive = new BlobSet(repository.index());
    this.places = new CheckedPlaces(repository.random());
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
      return false;
    }

    @Override
    public boolean entry(TreeItem item) throws IOException {
      if (!item.isReference() && Arrays.equals(item.value(), NOTHING)) {
        return true;
      }
      findings.damage(
          item.key().toString(),
          "a key of an undo has a value, which is none",
          remedy,
          backup.id());
      return false;
    }

    @Override
    public void sound(BlobId node) {
      blobs++;
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
          remedy,
          backup.id());
    }
  }

  private final class Entries extends Keys {
    Entries(Backup backup) {
      super(backup);
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      progress.checkCancelled();
      return soundNodes.contains(BlobKind.TREE, node);
    }

    @Override
    public CheckedPlaces places() {
      return places;
    }

    @Override
    public void sound(BlobId node) {
      blobs++;
      // It was read just now: only what lies in no pack that is in order is looked at again.
      if (usable.length(BlobKind.TREE, node) >= 0) {
        soundNodes.add(BlobKind.TREE, node);
      }
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
        findings.damage(item.key().toString(), String.valueOf(e.getMessage()), remedy, backup.id());
        return false;
      }
    }

    private boolean content(Key key, Entry entry) throws IOException {
      // The same list tells of other blobs where the entry says that they are sensitive.
      boolean isSensitive = entry.content().kind() == BlobKind.SENSITIVE;
      return ContentAudit.visit(
          source,
          entry.content(),
          entry.size(),
          new Content(key, backup, isSensitive ? soundSensitive : soundLists));
    }
  }

  private final class Content implements ContentAudit.Visitor {
    private final Key key;
    private final Backup backup;
    private final BlobSet soundLists;

    Content(Key key, Backup backup, BlobSet soundLists) {
      this.soundLists = soundLists;
      this.key = key;
      this.backup = backup;
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      progress.checkCancelled();
      return soundLists.contains(BlobKind.TREE, node);
    }

    @Override
    public boolean data(long offset, Extent.Data data) {
      blobs++;
      if (usable.has(data.kind(), data.id(), data.length())) {
        return true;
      }
      findings.damage(
          key.toString(),
          "bytes "
              + offset
              + " to "
              + (offset + data.length())
              + " are lost, damaged or not as many as the entry says: blob "
              + data.id(),
          remedy,
          backup.id());
      return false;
    }

    @Override
    public void sound(BlobId node) {
      if (usable.length(BlobKind.TREE, node) >= 0) {
        soundLists.add(BlobKind.TREE, node);
      }
    }
  }
}
