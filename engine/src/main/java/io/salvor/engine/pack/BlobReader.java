package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Pool;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobIndex;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.OneObject;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads blobs through the index. Frames that hold several blobs are kept for a while, for their
 * other blobs are likely to be wanted next; each blob's id is checked. Where a pack is damaged or
 * cannot be read, another one that has the blob serves.
 */
public final class BlobReader implements BlobSource {
  private static final long CACHE = 24 << 20;
  private static final int MOST_FRUITLESS = 8;

  private final Storage storage;
  private final KeyRing keys;
  private final BlobIndex index;
  private final PackKeys packKeys;
  private final FrameCache cache;
  private volatile @Nullable Fallback fallback;
  private final AtomicInteger fruitless = new AtomicInteger();
  private final Pool<FrameOpener> openers = new Pool<>(FrameOpener::new);

  /** A reader with the usual cache. */
  public BlobReader(Storage storage, KeyRing keys, BlobIndex index) {
    this(storage, keys, index, CACHE);
  }

  /**
   * A reader.
   *
   * @param cacheBytes unpacked frames to keep, in bytes
   */
  public BlobReader(Storage storage, KeyRing keys, BlobIndex index, long cacheBytes) {
    this.storage = storage;
    this.keys = keys;
    this.index = index;
    this.packKeys = new PackKeys(storage, keys);
    this.cache = new FrameCache(cacheBytes);
  }

  @Override
  public boolean contains(BlobKind kind, BlobId id) {
    return index.contains(kind, id);
  }

  /** Gives what is damaged or lost here, or fails as it did here. */
  public interface Fallback {
    byte[] get(BlobKind kind, BlobId id, SalvorException damage) throws IOException;
  }

  /** From now on what is damaged or lost is asked for there. */
  public void fallBackTo(Fallback other) {
    fallback = other;
  }

  @Override
  public byte[] get(BlobKind kind, BlobId id) throws IOException {
    Fallback other = fallback;
    if (other == null) {
      return here(kind, id);
    }
    try {
      return here(kind, id);
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return other.get(kind, id, e);
    }
  }

  private byte[] here(BlobKind kind, BlobId id) throws IOException {
    List<BlobLocation> places = index.locations(kind, id);
    try {
      return get(kind, id, places);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.BLOB_LOST || !mayBeElsewhere()) {
        throw e;
      }
    }
    // A prune may have copied it since this process has read the index.
    List<BlobLocation> now = index.locations(kind, id);
    now = now.stream().filter(place -> !places.contains(place)).toList();
    byte[] blob = get(kind, id, now.isEmpty() ? places : now);
    fruitless.set(0);
    return blob;
  }

  /** Reads the index again; not for ever in a repository that has lost very many blobs. */
  private boolean mayBeElsewhere() throws IOException {
    if (fruitless.incrementAndGet() > MOST_FRUITLESS) {
      return false;
    }
    index.refresh();
    return true;
  }

  /**
   * Reads a blob from one of these places.
   *
   * @throws SalvorException BLOB_LOST, OBJECT_DAMAGED, or OBJECT_UNREADABLE
   */
  public byte[] get(BlobKind kind, BlobId id, List<BlobLocation> places) throws IOException {
    @Nullable SalvorException first = null;
    for (BlobLocation place : places) {
      try {
        return read(kind, id, place);
      } catch (NoSuchFileException e) {
        first = first == null ? lost(kind, id, name(kind, place) + " is gone", e) : first;
      } catch (EOFException | MalformedException e) {
        first = first == null ? damaged(kind, place, e) : first;
      } catch (IOException e) {
        SalvorException unreadable = unreadable(kind, place, e);
        if (unreadable == null) {
          throw e;
        }
        first = unreadable;
      } catch (SalvorException e) {
        SalvorException unreadable = unreadable(kind, place, e);
        if (unreadable != null) {
          // Told before damage of another place, for it may pass.
          first = unreadable;
        } else if (e.code() == ErrorCode.FORMAT_NEWER) {
          // In a repository of this format a pack of a newer one is a flipped byte.
          first = first == null ? damaged(kind, place, e) : first;
        } else if (e.code() == ErrorCode.OBJECT_DAMAGED) {
          first = first == null ? e : first;
        } else {
          throw e;
        }
      }
    }
    throw first != null ? first : lost(kind, id, "no segment of the index names it", null);
  }

  private byte[] read(BlobKind kind, BlobId id, BlobLocation at) throws IOException {
    int plain = FrameOpener.checkPlain(at.plain());
    if (at.offset() < 0 || at.length() < 1 || at.offset() > plain - at.length()) {
      throw new MalformedException("the index places a blob outside its frame");
    }
    if (at.length() == plain) {
      byte[] blob = new byte[plain];
      load(kind, at, blob);
      check(kind, id, at, blob);
      return blob;
    }
    return cache.read(
        new FrameCache.Key(at.pack(), at.frame()),
        plain,
        into -> load(kind, at, into),
        frame -> {
          check(kind, id, at, frame);
          return Arrays.copyOfRange(frame, at.offset(), at.offset() + at.length());
        });
  }

  private void load(BlobKind kind, BlobLocation at, byte[] into) throws IOException {
    ObjectKey key = packKeys.get(kind, at.pack());
    byte[] sealed = storage.get(name(kind, at), at.frameOffset(), at.stored());
    FrameOpener opener = openers.take();
    try {
      opener.open(key, at.frame(), sealed, at.codec(), into, at.plain());
    } finally {
      openers.give(opener);
    }
  }

  private void check(BlobKind kind, BlobId id, BlobLocation at, byte[] frame) {
    if (!keys.blobId(kind, frame, at.offset(), at.length()).equals(id)) {
      throw new MalformedException("frame " + at.frame() + " holds another blob than listed");
    }
  }

  private static ObjectName name(BlobKind kind, BlobLocation at) {
    return PackDescription.kindOf(kind).name(at.pack());
  }

  private static @Nullable SalvorException unreadable(
      BlobKind kind, BlobLocation at, Exception cause) {
    return OneObject.unreadable(cause)
        .map(why -> OneObject.failure(name(kind, at), why, cause))
        .orElse(null);
  }

  private static SalvorException damaged(BlobKind kind, BlobLocation at, Exception cause) {
    return new SalvorException(
        ErrorCode.OBJECT_DAMAGED,
        "the object " + name(kind, at) + " is damaged",
        String.valueOf(cause.getMessage()),
        "run `salvor verify` to learn which backups need it; `salvor repair` saves what is left,"
            + " and with --from <copy> puts it back",
        cause);
  }

  private static SalvorException lost(
      BlobKind kind, BlobId id, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.BLOB_LOST,
        "a blob is lost: " + kind.name().toLowerCase(Locale.ROOT) + " " + id,
        why,
        "run `salvor verify` to learn which backups need it; `salvor repair` saves what is left,"
            + " and with --from <copy> puts its pack back",
        cause);
  }
}
