package io.salvor.engine.pack;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKey;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.FrameDescription;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;

/**
 * Writes packs anew under the newest epoch: the same frames, under another pack's id and key.
 * Nothing is unpacked or compressed. Holds one frame at a time.
 */
public final class PackRewriter {
  private static final int PIECE = 1 << 20;

  private final Storage storage;
  private final KeyRing keys;
  private byte[] content = new byte[0];
  private byte[] room = new byte[0];

  public PackRewriter(Storage storage, KeyRing keys) {
    this.storage = storage;
    this.keys = keys;
  }

  /**
   * The epoch that a pack is sealed to; reads its header.
   *
   * @throws SalvorException OBJECT_LOST or OBJECT_DAMAGED
   */
  public ObjectId epochOf(PackSummary pack) throws IOException {
    ObjectKind kind = PackDescription.kindOf(pack.kind());
    try {
      byte[] header = storage.get(kind.name(pack.id()), 0, PackDescription.HEADER_SIZE);
      return KeyRing.epochOf(kind, pack.id(), header);
    } catch (NoSuchFileException e) {
      throw PackReader.lost(kind.name(pack.id()));
    } catch (EOFException e) {
      throw PackReader.damaged(kind.name(pack.id()), "it is shorter than its header", e);
    }
  }

  /**
   * Writes a pack anew; durable when this returns. Every byte of the old one is read and held
   * against its hash.
   *
   * @throws SalvorException OBJECT_LOST or OBJECT_DAMAGED; nothing is left of the new one then
   */
  public PackDescription rewrite(PackDescription old, Progress progress) throws IOException {
    MessageDigest digest = Sha256.start();
    try (PackWriter out = new PackWriter(storage, keys, old.kind());
        ObjectKey key = open(old, digest)) {
      long at = PackDescription.HEADER_SIZE;
      for (int i = 0; i < old.frames().size(); i++) {
        progress.checkCancelled();
        FrameDescription frame = old.frames().get(i);
        byte[] sealed = storage.get(old.name(), at, frame.stored());
        digest.update(sealed);
        at += frame.stored();
        int length = frame.stored() - FrameDescription.TAG;
        if (content.length < length) {
          content = new byte[length];
          room = new byte[frame.stored()];
        }
        key.open(ObjectKey.BODY, i, sealed, 0, sealed.length, content, 0);
        out.append(frame, content, length, room);
        progress.advance(0, frame.stored());
      }
      for (; at < old.size(); at += PIECE) {
        digest.update(storage.get(old.name(), at, (int) Math.min(PIECE, old.size() - at)));
      }
      if (!MessageDigest.isEqual(digest.digest(), old.sha256())) {
        throw PackReader.damaged(old.name(), "it has another checksum than the index says", null);
      }
      PackDescription written = out.finish();
      out.commit();
      return written;
    } catch (NoSuchFileException e) {
      throw PackReader.lost(old.name());
    } catch (EOFException e) {
      throw PackReader.damaged(old.name(), "it is shorter than the index says", e);
    }
  }

  /**
   * Whether every byte of a pack is as the index says; reads them.
   *
   * @throws SalvorException OBJECT_LOST
   */
  public boolean isWhole(PackDescription pack, Progress progress) throws IOException {
    MessageDigest digest = Sha256.start();
    try {
      for (long at = 0; at < pack.size(); at += PIECE) {
        progress.checkCancelled();
        digest.update(storage.get(pack.name(), at, (int) Math.min(PIECE, pack.size() - at)));
      }
    } catch (NoSuchFileException e) {
      throw PackReader.lost(pack.name());
    } catch (EOFException e) {
      return false;
    }
    return MessageDigest.isEqual(digest.digest(), pack.sha256());
  }

  private ObjectKey open(PackDescription pack, MessageDigest digest) throws IOException {
    byte[] header = storage.get(pack.name(), 0, PackDescription.HEADER_SIZE);
    digest.update(header);
    return keys.open(PackDescription.kindOf(pack.kind()), pack.id(), header);
  }
}
