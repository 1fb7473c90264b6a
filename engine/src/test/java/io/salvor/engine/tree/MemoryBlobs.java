package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Blobs in memory; their ids are plain SHA-256. */
public final class MemoryBlobs implements BlobSink, BlobSource {
  private final Map<BlobId, byte[]> blobs = new LinkedHashMap<>();

  @Override
  public synchronized BlobId put(BlobKind kind, byte[] bytes, int offset, int length) {
    if (kind != BlobKind.TREE || length < 1 || length > 8 << 20) {
      throw new AssertionError(kind + " blob of " + length + " bytes");
    }
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
    BlobId id = idOf(copy);
    blobs.put(id, copy);
    return id;
  }

  /** Puts bytes under an id that they do not have. */
  public synchronized void forge(BlobId id, byte[] bytes) {
    blobs.put(id, bytes);
  }

  @Override
  public synchronized byte[] get(BlobKind kind, BlobId id) {
    byte[] bytes = blobs.get(id);
    if (bytes == null) {
      throw new SalvorException(ErrorCode.BLOB_LOST, "Blob " + id + " is lost", "-", "-");
    }
    return bytes.clone();
  }

  @Override
  public synchronized boolean contains(BlobKind kind, BlobId id) {
    return blobs.containsKey(id);
  }

  public Map<BlobId, byte[]> all() {
    return blobs;
  }

  public static BlobId idOf(byte[] bytes) {
    try {
      return BlobId.from(MessageDigest.getInstance("SHA-256").digest(bytes), 0);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
