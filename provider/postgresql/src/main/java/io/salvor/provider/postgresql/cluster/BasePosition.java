package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeItem;
import io.salvor.provider.postgresql.wal.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a base backup lies in its cluster's WAL.
 *
 * @param system the cluster's identifier, decimal
 * @param start where recovery begins
 * @param end where the backup is consistent; its own WAL goes so far
 */
public record BasePosition(String system, long timeline, Lsn start, Lsn end) {
  private static final int MOST = 64 << 20;
  private static final Pattern START =
      Pattern.compile("START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) ");
  private static final Pattern TIMELINE = Pattern.compile("START TIMELINE: (\\d+)");

  /**
   * Reads it from the backup's entries; empty if it is no base backup.
   *
   * @throws io.salvor.engine.error.SalvorException a code of damage if they cannot be read
   */
  public static Optional<BasePosition> of(Repository repository, Backup backup) throws IOException {
    if (!backup.sealed()
        || backup.isJournal()
        || !backup.manifest().origin().provider().equals(ClusterProvider.NAME)) {
      return Optional.empty();
    }
    Optional<byte[]> label = file(repository, backup, "backup_label");
    Optional<byte[]> control = file(repository, backup, "global", "pg_control");
    Optional<byte[]> manifest = file(repository, backup, "backup_manifest");
    if (label.isEmpty() || control.isEmpty() || manifest.isEmpty() || control.get().length < 8) {
      return Optional.empty();
    }
    String text = new String(label.get(), StandardCharsets.UTF_8);
    Matcher start = START.matcher(text);
    Matcher timeline = TIMELINE.matcher(text);
    if (!start.find() || !timeline.find()) {
      return Optional.empty();
    }
    Lsn end = Lsn.parse(start.group(1));
    for (BackupManifest.WalRange range : BackupManifest.parse(manifest.get()).ranges()) {
      Lsn other = Lsn.parse(range.end());
      end = end.isBefore(other) ? other : end;
    }
    return Optional.of(
        new BasePosition(
            system(control.get()),
            Long.parseLong(timeline.group(1)),
            Lsn.parse(start.group(1)),
            end));
  }

  /**
   * The first field of {@code pg_control}, in the server's byte order: its version, which follows,
   * tells which, for it is small.
   */
  private static String system(byte[] control) {
    ByteBuffer bytes = ByteBuffer.wrap(control);
    int version = control.length < 12 ? 0 : bytes.order(ByteOrder.LITTLE_ENDIAN).getInt(8);
    boolean little = version >= 0 && version < 1 << 16;
    bytes.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    return Long.toUnsignedString(bytes.getLong(0));
  }

  private static Optional<byte[]> file(Repository repository, Backup backup, String... path)
      throws IOException {
    Key key = Key.of(path);
    TreeItem item = repository.tree(backup.manifest().root()).find(key);
    if (item == null) {
      return Optional.empty();
    }
    Entry entry = EntryCodec.decode(key, item.value());
    if (entry.size() > MOST) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ContentReader reader = new ContentReader(repository.blobs(), entry.content(), entry.size());
    for (ContentReader.Placed next = reader.next(); next != null; next = reader.next()) {
      switch (next.extent()) {
        case Extent.Data data -> out.writeBytes(repository.blobs().get(data.kind(), data.id()));
        case Extent.Hole hole -> out.writeBytes(new byte[(int) hole.length()]);
      }
    }
    return Optional.of(out.toByteArray());
  }
}
