package io.salvor.testkit.reader;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;

/** The codecs: 0 as it is, 1 exactly one Zstandard frame with its size and without dictionary. */
final class Zstandard {
  private static final int MAGIC = 0x28b52ffd;

  private Zstandard() {}

  /** Unpacks what has {@code least} to {@code most} bytes; nothing larger is ever made. */
  static byte[] unpack(int codec, byte[] packed, long least, long most) throws DamageException {
    DamageException.unless(codec <= 1, "codec " + codec + " is unknown");
    long size = codec == 0 ? packed.length : contentSize(packed);
    DamageException.unless(size >= least && size <= most, "it unpacks to " + size + " bytes");
    if (codec == 0) {
      return packed;
    }
    try {
      byte[] plain = Zstd.decompress(packed, (int) size);
      DamageException.unless(plain.length == size, "it unpacks to another size than it says");
      return plain;
    } catch (ZstdException e) {
      throw new DamageException("it does not unpack: " + e.getMessage());
    }
  }

  private static long contentSize(byte[] packed) throws DamageException {
    DamageException.unless(
        packed.length >= 4 && new Bytes(packed).number(4) == MAGIC, "not a Zstandard frame");
    DamageException.unless(
        Zstd.findFrameCompressedSize(packed) == packed.length, "not exactly one Zstandard frame");
    DamageException.unless(Zstd.getDictIdFromFrame(packed) == 0, "a frame needs a dictionary");
    return Zstd.getFrameContentSize(packed);
  }
}
