package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.content.ContentRef;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes the bytes of one file as it is sent, and stores the file that they make. */
interface FileReceiver {
  /** The next bytes. */
  void bytes(byte[] bytes, int offset, int length) throws IOException;

  /**
   * The last have come.
   *
   * @throws io.salvor.provider.postgresql.protocol.ProtocolException if they are not what they
   *     should be
   */
  Made end() throws IOException;

  /**
   * A file that was stored.
   *
   * @param blockSize 0 if it was not cut into blocks
   * @param crc of it, if it is not what was sent; null if it is
   */
  record Made(long size, ContentRef content, int blockSize, @Nullable Crc crc) {}
}
