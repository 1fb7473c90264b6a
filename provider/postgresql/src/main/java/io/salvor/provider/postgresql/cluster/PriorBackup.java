package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.content.SeekableContent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The backup of the same cluster since which the server is asked what has changed. */
final class PriorBackup {
  /** The greatest of what is held in memory, some hundred bytes for each file of the cluster. */
  private static final int MOST = 256 << 20;

  private final Earlier earlier;
  private final byte[] manifest;
  private final byte[] control;
  private final Map<String, BackupManifest.Listed> files = new HashMap<>();

  /**
   * A file of it.
   *
   * @param crc of all of it; null if that is not known
   */
  record Relation(Entry entry, SeekableContent content, @Nullable Crc crc) {}

  private PriorBackup(Earlier earlier, byte[] manifest, byte[] control) throws IOException {
    this.earlier = earlier;
    this.manifest = manifest;
    this.control = control;
    for (BackupManifest.Listed file : BackupManifest.parse(manifest).files()) {
      files.put(file.path(), file);
    }
  }

  /** Reads what it says of itself; empty if that is not there, or is not what it was. */
  static Optional<PriorBackup> of(Earlier earlier) throws IOException {
    byte[] manifest = read(earlier, BackupManifest.NAME);
    byte[] control = read(earlier, ControlFile.NAME);
    try {
      return manifest.length == 0 || control.length == 0
          ? Optional.empty()
          : Optional.of(new PriorBackup(earlier, manifest, control));
    } catch (ProtocolException e) {
      return Optional.empty();
    }
  }

  private static byte[] read(Earlier earlier, String path) throws IOException {
    Entry entry = earlier.find(Key.of(path.split("/")));
    if (entry == null || entry.size() > MOST) {
      return new byte[0];
    }
    byte[] bytes = new byte[(int) entry.size()];
    earlier.content(entry).read(0, bytes, 0, bytes.length);
    return bytes;
  }

  /** The server's manifest of it, as it is uploaded. */
  byte[] manifest() {
    return manifest;
  }

  /** Whether its pages have checksums; empty if that cannot be told. */
  Optional<Boolean> hasChecksums() {
    return ControlFile.hasChecksums(control);
  }

  /**
   * A file that the server sends incrementally.
   *
   * @throws ProtocolException if it is not there, and should not have been sent so
   */
  Relation relation(String path) throws IOException {
    Entry entry = earlier.find(Key.of(path.split("/")));
    BackupManifest.Listed listed = files.get(path);
    if (entry == null || listed == null || listed.size() != entry.size()) {
      throw new ProtocolException(
          "changes of " + path + ", which the earlier backup does not have");
    }
    return new Relation(
        entry,
        earlier.content(entry),
        listed.crc32c().isEmpty() ? null : Crc.parse(listed.crc32c()));
  }
}
