package io.salvor.engine.crypto;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.Pool;
import javax.crypto.Mac;

/** Gives blobs of one kind their ids. Safe for several threads; closing it destroys its key. */
final class BlobIds implements AutoCloseable {
  private final RawKey key;
  private final Pool<Mac> macs;

  /** Takes the key over. */
  BlobIds(byte[] key) {
    this.key = RawKey.mac(key);
    this.macs = Hmac.keyed(this.key);
  }

  BlobId of(byte[] bytes, int offset, int length) {
    Mac mac = macs.take();
    // Small pieces, so that the JDK's code is compiled early.
    for (int at = 0; at < length; at += 1 << 14) {
      mac.update(bytes, offset + at, Math.min(1 << 14, length - at));
    }
    byte[] id = mac.doFinal();
    macs.give(mac);
    return BlobId.from(id, 0);
  }

  @Override
  public void close() {
    key.destroy();
  }
}
