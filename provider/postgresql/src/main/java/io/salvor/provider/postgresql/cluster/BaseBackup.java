package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes a base backup: stores what comes as it comes, holds it against the server's manifest, and
 * has entries to hand over when all of it is right. Where the server can tell what has changed
 * since an earlier backup it sends only that, and the entries are composed of both. For one thread.
 */
final class BaseBackup {
  /** The first version that sends what has changed. */
  private static final int INCREMENTAL = 17;

  private static final Pattern TABLESPACE = Pattern.compile("(\\d+)\\.tar");
  private static final int PIECE = 64 << 10;

  private final ServerConnection connection;
  private final Capture capture;
  private final Progress progress;
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
  private final Optional<PriorBackup> prior;

  /** The server cannot tell what has changed; a message says why. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * A base backup.
   *
   * @param prior to be composed against; empty to have everything sent
   */
  BaseBackup(ServerConnection connection, Capture capture, Optional<PriorBackup> prior) {
    this.connection = connection;
    this.capture = capture;
    this.progress = capture.progress();
    this.prior = prior;
  }

  /**
   * Takes it.
   *
   * @param label for {@code backup_label}
   * @return its entries, of which nothing has been handed over
   * @throws ProtocolException if what has come is not what the server's manifest says
   * @throws Refused if there is an earlier backup and the server cannot tell what has changed since
   * @throws io.salvor.engine.error.SalvorException a code of damage, if the earlier backup cannot
   *     be read
   */
  Map<Key, Entry> take(String label, Instant now, Ownership ownership) throws IOException, Refused {
    progress.phase("checkpoint");
    ReceivedFiles.Pages pages =
        new ReceivedFiles.Pages(
            Integer.parseInt(show("block_size")), Integer.parseInt(show("wal_block_size")));
    Exchange exchange = begin(label);
    long kilobytes = 0;
    for (Row space : exchange.rows()) {
      String size = space.find("size");
      kilobytes += size == null ? 0 : Long.parseLong(size);
    }
    progress.phase("base backup");
    progress.expect(0, kilobytes << 10);
    PosixTime time = PosixTime.of(now);
    ReceivedFiles files = new ReceivedFiles(capture, ownership, pages, prior);
    receive(exchange.copy(), files, time);
    List<Row> _ = exchange.rows();
    exchange.end();
    BackupManifest said = BackupManifest.parse(manifest.toByteArray());
    BackupManifest stored = files.hold(said);
    byte[] bytes = stored.equals(said) ? manifest.toByteArray() : stored.encode();
    files.file(BackupManifest.NAME, bytes, time);
    files.directory(Key.ROOT, time);
    return files.entries();
  }

  private String show(String name) throws IOException {
    return connection.query("SHOW " + name).getFirst().get(name);
  }

  /** Has the server begin; its first answer, where the backup starts, is taken already. */
  private Exchange begin(String label) throws IOException, Refused {
    if (prior.isEmpty()) {
      return begin(label, "");
    }
    Optional<String> obstacle = obstacle(prior.get());
    if (obstacle.isPresent()) {
      throw new Refused(obstacle.get());
    }
    try {
      upload(prior.get().manifest());
      return begin(label, ", INCREMENTAL");
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      throw new Refused(e.getMessage() + (e.detail().isEmpty() ? "" : " (" + e.detail() + ")"));
    }
  }

  /** What stands in the way of an incremental stream, as far as it can be known ahead. */
  private Optional<String> obstacle(PriorBackup earlier) throws IOException {
    if (show("summarize_wal").equals("off")) {
      return Optional.of(
          "summarize_wal is off; ALTER SYSTEM SET summarize_wal = on; SELECT pg_reload_conf()"
              + " switches it on");
    }
    // Tools change that in all pages, and the write-ahead log does not tell.
    boolean checksums = !show("data_checksums").equals("off");
    return earlier.hasChecksums().filter(had -> had == checksums).isPresent()
        ? Optional.empty()
        : Optional.of("the checksums of its pages have been switched since");
  }

  /** Whether a server of this connection can tell what has changed. */
  static boolean canTell(ServerConnection connection) throws ProtocolException {
    return connection.major() >= INCREMENTAL;
  }

  private void upload(byte[] earlier) throws IOException {
    Exchange exchange = connection.send("UPLOAD_MANIFEST");
    Copy copy = exchange.copy();
    for (int at = 0; at < earlier.length; at += PIECE) {
      progress.checkCancelled();
      copy.send(earlier, at, Math.min(PIECE, earlier.length - at));
    }
    copy.done();
    exchange.end();
  }

  private Exchange begin(String label, String more) throws IOException {
    Exchange exchange =
        connection.send(
            "BASE_BACKUP (LABEL "
                + ServerConnection.quoted(label)
                + ", PROGRESS, CHECKPOINT 'fast', WAL, WAIT false, TABLESPACE_MAP,"
                + " MANIFEST 'yes', MANIFEST_CHECKSUMS 'CRC32C'"
                + more
                + ")");
    List<Row> _ = exchange.rows();
    return exchange;
  }

  private void receive(Copy copy, ReceivedFiles files, PosixTime time) throws IOException {
    @Nullable TarStream archive = null;
    boolean manifestBegun = false;
    while (copy.next()) {
      progress.checkCancelled();
      byte[] bytes = copy.bytes();
      int length = copy.length();
      if (length == 0) {
        throw new ProtocolException("a message of a base backup without a type");
      }
      switch (bytes[0]) {
        case 'n' -> {
          end(archive);
          String prefix = prefix(bytes, length);
          if (!prefix.isEmpty()) {
            files.directory(Key.of(prefix.split("/")), time);
          }
          archive = new TarStream(files.below(prefix.isEmpty() ? "" : prefix + "/"));
        }
        case 'm' -> {
          end(archive);
          archive = null;
          manifestBegun = true;
        }
        case 'd' -> {
          if (manifestBegun) {
            manifest.write(bytes, 1, length - 1);
          } else if (archive == null) {
            throw new ProtocolException("bytes of no archive");
          } else {
            archive.take(bytes, 1, length - 1);
          }
        }
        case 'p' -> {}
        default ->
            throw new ProtocolException("a message of a base backup of type " + (char) bytes[0]);
      }
    }
    end(archive);
  }

  private static void end(@Nullable TarStream archive) throws ProtocolException {
    if (archive != null) {
      archive.end();
    }
  }

  /** Below which its members lie; empty for {@code base.tar}, the data directory itself. */
  private static String prefix(byte[] bytes, int length) throws ProtocolException {
    int end = 1;
    while (end < length && bytes[end] != 0) {
      end++;
    }
    String name = new String(bytes, 1, end - 1, StandardCharsets.UTF_8);
    if (name.equals("base.tar")) {
      return "";
    }
    var tablespace = TABLESPACE.matcher(name);
    if (!tablespace.matches()) {
      throw new ProtocolException("an archive of the name " + name);
    }
    return "pg_tblspc/" + tablespace.group(1);
  }
}
