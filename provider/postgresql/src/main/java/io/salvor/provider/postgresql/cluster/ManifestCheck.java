package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Holds a data directory that no server has touched yet against the manifest in it, as
 * pg_verifybackup does: each of its files is there, as long as it says, and with its checksum. So
 * what was composed of several streams of a server is seen to be what that server had.
 */
public final class ManifestCheck {
  private static final int PIECE = 256 << 10;

  /** Where tablespaces were: restores go by it, and leave it out. */
  private static final String LEFT_OUT = "tablespace_map";

  private ManifestCheck() {}

  /**
   * Looks.
   *
   * @throws SalvorException RESTORE_MISMATCH if a file is another
   * @throws IOException if the manifest cannot be read, or is not the one that was written
   */
  public static void run(Path data, Progress progress) throws IOException {
    Path file = data.resolve(BackupManifest.NAME);
    ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
    for (BackupManifest.Listed listed : BackupManifest.parse(Files.readAllBytes(file)).files()) {
      progress.checkCancelled();
      if (listed.path().equals(LEFT_OUT)) {
        continue;
      }
      Path path = data.resolve(listed.path());
      if (Files.notExists(path)) {
        throw other(data, listed, "it is not there");
      }
      long size = Files.size(path);
      if (size != listed.size()) {
        throw other(data, listed, "it has " + size + " bytes instead of " + listed.size());
      }
      if (!listed.crc32c().isEmpty() && !crc(path, buffer).hex().equals(listed.crc32c())) {
        throw other(data, listed, "it has another checksum");
      }
    }
  }

  private static Crc crc(Path path, ByteBuffer buffer) throws IOException {
    CRC32C crc = new CRC32C();
    try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
      while (in.read(buffer.clear()) >= 0) {
        crc.update(buffer.flip());
      }
    }
    return new Crc((int) crc.getValue());
  }

  private static SalvorException other(Path data, BackupManifest.Listed file, String why) {
    return new SalvorException(
        ErrorCode.RESTORE_MISMATCH,
        "The file " + file.path() + " in " + data + " is not the one that the server has sent",
        why,
        "Restore an earlier backup, and run `salvor verify --depth full`");
  }
}
