package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeItem;
import io.salvor.provider.postgresql.cluster.BackupManifest;
import io.salvor.provider.postgresql.wal.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a backup of a cluster says of itself.
 *
 * @param major the version of PostgreSQL
 * @param system the cluster's identifier, decimal
 * @param timeline on which it was made
 * @param start where the WAL begins that makes it consistent
 * @param end where that WAL ends; it is in the backup
 * @param tablespaces its {@code tablespace_map}; empty if it has none
 */
public record StoredCluster(
    int major, String system, long timeline, Lsn start, Lsn end, byte[] tablespaces) {
  /** The greatest of the files that are read here, some hundred bytes for each thousand files. */
  private static final int MOST = 256 << 20;

  /**
   * Reads it.
   *
   * @throws SalvorException TARGET_INCOMPATIBLE if it is no backup of a cluster
   */
  public static StoredCluster read(Repository repository, Backup backup) throws IOException {
    try {
      int major =
          Integer.parseInt(
              new String(file(repository, backup, "PG_VERSION"), StandardCharsets.UTF_8).strip());
      BackupManifest manifest = BackupManifest.parse(file(repository, backup, "backup_manifest"));
      BackupManifest.WalRange last = manifest.ranges().getLast();
      // As the server's machine writes it, and these have all the same order of bytes.
      long system =
          ByteBuffer.wrap(file(repository, backup, "global/pg_control"))
              .order(ByteOrder.LITTLE_ENDIAN)
              .getLong();
      return new StoredCluster(
          major,
          Long.toUnsignedString(system),
          last.timeline(),
          Lsn.parse(manifest.ranges().getFirst().start()),
          Lsn.parse(last.end()),
          find(repository, backup, "tablespace_map"));
    } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "The backup " + backup.id() + " cannot be restored as a cluster",
          "what it says of itself cannot be read: " + e.getMessage(),
          "restore another one",
          e);
    }
  }

  private static byte[] file(Repository repository, Backup backup, String path) throws IOException {
    byte[] bytes = find(repository, backup, path);
    if (bytes.length == 0) {
      throw new IllegalArgumentException("it has no " + path);
    }
    return bytes;
  }

  private static byte[] find(Repository repository, Backup backup, String path) throws IOException {
    Key key = Key.of(path.split("/"));
    TreeItem item = repository.tree(backup.manifest().root()).find(key);
    if (item == null) {
      return new byte[0];
    }
    Entry entry = EntryCodec.decode(key, item.value());
    if (entry.size() > MOST) {
      throw new IllegalArgumentException(path + " has " + entry.size() + " bytes");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ContentReader extents = new ContentReader(repository.blobs(), entry.content(), entry.size());
    for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
      switch (p.extent()) {
        case Extent.Data data -> bytes.writeBytes(repository.blobs().get(data.kind(), data.id()));
        case Extent.Hole hole -> bytes.writeBytes(new byte[(int) hole.length()]);
      }
    }
    return bytes.toByteArray();
  }
}
