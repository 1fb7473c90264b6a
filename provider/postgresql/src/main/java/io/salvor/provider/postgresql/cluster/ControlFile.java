package io.salvor.provider.postgresql.cluster;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What is read of {@code global/pg_control}. Its length differs from version to version; that its
 * last field is a checksum of what comes before tells where it ends.
 *
 * <p>Source: {@code pg_control.h}, ControlFileData: system identifier 8 bytes, version of the file
 * 4; at the end the version of the pages' checksums 4 bytes, from version 1800 on whether char is
 * signed, a nonce of 32 bytes, CRC-32C.
 */
final class ControlFile {
  static final String NAME = "global/pg_control";

  private static final int VERSION_AT = 8;
  private static final int NONCE = 32;
  private static final int WITH_SIGNEDNESS = 1800;
  private static final int SHORTEST = 128;
  private static final int LONGEST = 512;

  private ControlFile() {}

  /** Whether the cluster's pages have checksums; empty if it is not understood. */
  static Optional<Boolean> hasChecksums(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    for (int end = SHORTEST; end <= Math.min(LONGEST, file.length - Integer.BYTES); end += 4) {
      int crc = Crc.of(file, 0, end).value();
      if (crc == in.getInt(end) || crc == Integer.reverseBytes(in.getInt(end))) {
        in.order(crc == in.getInt(end) ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int signedness = in.getInt(VERSION_AT) >= WITH_SIGNEDNESS ? Integer.BYTES : 0;
        return Optional.of(in.getInt(end - NONCE - signedness - Integer.BYTES) != 0);
      }
    }
    return Optional.empty();
  }
}
