package io.salvor.engine.crypto;

import io.salvor.engine.codec.Pool;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.Arrays;
import javax.crypto.Mac;

/** HMAC-SHA-256 (RFC 2104) and HKDF-SHA-256 (RFC 5869). */
final class Hmac {
  static final int SIZE = 32;

  private static final Pool<Mac> FREE = new Pool<>(Hmac::instance);

  private Hmac() {}

  /** Macs that all have this key, ready for use again after each {@code doFinal}. */
  static Pool<Mac> keyed(RawKey key) {
    return new Pool<>(() -> init(instance(), key));
  }

  static byte[] extract(byte[] salt, byte[]... input) {
    RawKey key = RawKey.mac(salt.length == 0 ? new byte[SIZE] : salt.clone());
    Mac mac = init(FREE.take(), key);
    key.destroy();
    for (byte[] part : input) {
      mac.update(part);
    }
    byte[] result = mac.doFinal();
    FREE.give(mac);
    return result;
  }

  static byte[] expand(byte[] key, byte[] info, int length) {
    if (length > 255 * SIZE) {
      throw new IllegalArgumentException("HKDF gives no " + length + " bytes");
    }
    RawKey secret = RawKey.mac(key.clone());
    Mac mac = init(FREE.take(), secret);
    secret.destroy();
    byte[] out = new byte[length];
    byte[] block = new byte[0];
    for (int at = 0, i = 1; at < length; at += SIZE, i++) {
      mac.update(block);
      mac.update(info);
      mac.update((byte) i);
      block = mac.doFinal();
      System.arraycopy(block, 0, out, at, Math.min(SIZE, length - at));
    }
    Arrays.fill(block, (byte) 0);
    FREE.give(mac);
    return out;
  }

  private static Mac instance() {
    try {
      return Mac.getInstance("HmacSHA256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static Mac init(Mac mac, RawKey key) {
    try {
      mac.init(key);
      return mac;
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("HMAC takes every key", e);
    }
  }
}
