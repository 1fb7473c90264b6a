package io.salvor.engine.pack;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.OneObject;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One pack being read back, front to back. */
final class PackCheck {
  private static final int PIECE = 1 << 20;

  private final Storage storage;
  private final KeyRing keys;
  private final PackReader reader;
  private final PackDescription pack;
  private final Progress progress;
  private final ObjectName name;
  private final MessageDigest digest = Sha256.start();
  private final List<PackReport.Damage> damage = new ArrayList<>();
  private final FrameOpener opener = new FrameOpener();
  private byte[] plain = new byte[0];
  private long at;
  private final List<BlobId> unread = new ArrayList<>();
  private @Nullable String whyUnread;
  private long blobs;
  private long bytes;

  PackCheck(
      Storage storage, KeyRing keys, PackReader reader, PackDescription pack, Progress progress) {
    this.storage = storage;
    this.keys = keys;
    this.reader = reader;
    this.pack = pack;
    this.progress = progress;
    this.name = pack.name();
  }

  PackReport run() throws IOException {
    Optional<ObjectInfo> info = storage.find(name);
    if (info.isEmpty()) {
      add(name + " is gone", everyBlob(0));
      return report();
    }
    long size = info.get().size();
    if (size != pack.size()) {
      add(name + " has " + size + " bytes instead of " + pack.size(), List.of());
    }
    try {
      readFrames(size);
    } catch (NoSuchFileException e) {
      add(name + " has vanished while it was read", everyBlob(0));
    } catch (IOException | SalvorException e) {
      String why = OneObject.unreadable(e).orElse(null);
      if (why == null) {
        throw e;
      }
      damage.add(
          new PackReport.Damage(
              name + " cannot be read: " + why, at == 0 ? everyBlob(0) : List.of(), true));
    }
    if (whyUnread != null) {
      damage.add(
          new PackReport.Damage(name + " cannot be read everywhere: " + whyUnread, unread, true));
    }
    return report();
  }

  private void readFrames(long size) throws IOException {
    ObjectKey key = openKey(size);
    for (int i = 0; i < pack.frames().size(); i++) {
      progress.checkCancelled();
      FrameDescription frame = pack.frames().get(i);
      if (frame.stored() > size - at) {
        add(name + " ends before frame " + i, everyBlob(i));
        break;
      }
      byte @Nullable [] sealed;
      try {
        sealed = read(frame.stored());
      } catch (IOException e) {
        passOver(frame, e);
        continue;
      } catch (SalvorException e) {
        passOver(frame, e);
        continue;
      }
      if (sealed == null) {
        add(name + " ends before frame " + i, everyBlob(i));
        break;
      }
      if (key != null) {
        checkFrame(key, i, frame, sealed);
      }
      progress.advance(0, frame.stored());
    }
    while (at < size && read((int) Math.min(PIECE, size - at)) != null) {
      progress.checkCancelled();
    }
    if (whyUnread == null && !MessageDigest.isEqual(digest.digest(), pack.sha256())) {
      add(name + " has another checksum than the index says", List.of());
    }
    if (key != null) {
      checkDirectory(key, size);
      key.close();
    }
  }

  /** Behind a bad sector the pack may be in order again. */
  private <E extends Exception> void passOver(FrameDescription frame, E failure) throws E {
    String why = OneObject.unreadable(failure).orElse(null);
    if (failure instanceof NoSuchFileException || why == null) {
      throw failure;
    }
    whyUnread = whyUnread == null ? why : whyUnread;
    unread.addAll(everyBlob(frame));
    at += frame.stored();
  }

  private @Nullable ObjectKey openKey(long size) throws IOException {
    byte @Nullable [] header = read((int) Math.min(size, PackDescription.HEADER_SIZE));
    if (header == null) {
      header = new byte[0];
    }
    ObjectKind kind = PackDescription.kindOf(pack.kind());
    try {
      return keys.open(kind, pack.id(), header);
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.SENSITIVE_NOT_GRANTED) {
        // Its hash tells that it is as its author has left it.
        return null;
      }
      if (e.code() == ErrorCode.OBJECT_UNREADABLE) {
        // Somebody else may open it.
        damage.add(new PackReport.Damage(name + ": " + e.why(), everyBlob(0), true));
        return null;
      }
      if (e.code() != ErrorCode.OBJECT_DAMAGED && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      add(name + ": " + e.why(), everyBlob(0));
      return null;
    }
  }

  /** The next bytes of the pack, which also go into its hash; null if it ends before. */
  private byte @Nullable [] read(int length) throws IOException {
    try {
      byte[] read = storage.get(name, at, length);
      digest.update(read);
      at += length;
      return read;
    } catch (EOFException e) {
      return null;
    }
  }

  private void checkFrame(ObjectKey key, int number, FrameDescription frame, byte[] sealed) {
    if (plain.length < frame.plain()) {
      plain = new byte[frame.plain()];
    }
    try {
      opener.open(key, number, sealed, frame.codec(), plain, frame.plain());
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.OBJECT_DAMAGED) {
        throw e;
      }
      add("frame " + number + " of " + name + " does not decrypt", everyBlob(frame));
      return;
    } catch (MalformedException e) {
      add("frame " + number + " of " + name + ": " + e.getMessage(), everyBlob(frame));
      return;
    }
    List<BlobId> wrong = new ArrayList<>();
    BlobKind kind = pack.kind();
    for (int i = 0; i < frame.blobs(); i++) {
      if (keys.blobId(kind, plain, frame.offset(i), frame.length(i)).equals(frame.id(i))) {
        blobs++;
        bytes += frame.length(i);
      } else {
        wrong.add(frame.id(i));
      }
    }
    if (!wrong.isEmpty()) {
      add("frame " + number + " of " + name + " holds other blobs than listed", wrong);
    }
  }

  private void checkDirectory(ObjectKey key, long size) throws IOException {
    try {
      if (!reader.readDirectory(key, name, size).equals(pack.frames())) {
        add("the directory of " + name + " is another than the index says", List.of());
      }
    } catch (MalformedException | EOFException e) {
      add("the directory of " + name + ": " + e.getMessage(), List.of());
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.OBJECT_DAMAGED) {
        throw e;
      }
      add("the directory of " + name + ": " + e.why(), List.of());
    }
  }

  private List<BlobId> everyBlob(int fromFrame) {
    return pack.frames().subList(fromFrame, pack.frames().size()).stream()
        .flatMap(frame -> everyBlob(frame).stream())
        .toList();
  }

  private static List<BlobId> everyBlob(FrameDescription frame) {
    BlobId[] ids = new BlobId[frame.blobs()];
    Arrays.setAll(ids, frame::id);
    return List.of(ids);
  }

  private void add(String what, List<BlobId> unreadable) {
    damage.add(new PackReport.Damage(what, unreadable, false));
  }

  private PackReport report() {
    return new PackReport(pack.id(), blobs, bytes, at, damage);
  }
}
