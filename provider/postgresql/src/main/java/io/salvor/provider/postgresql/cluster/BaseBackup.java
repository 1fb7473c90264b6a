package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.Copy;
import io.salvor.provider.postgresql.protocol.Exchange;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Takes a base backup: stores what comes as it comes, holds it against the server's manifest, and
 * hands the entries over when all of it is right. For one thread.
 */
final class BaseBackup {
  /** What files of relations are cut into, in bytes; a multiple of the server's pages. */
  static final int BLOCK = 32 << 10;

  private static final String MANIFEST = "backup_manifest";
  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;
  private static final Pattern RELATION =
      Pattern.compile(
          "(global|base/\\d+|pg_tblspc/\\d+/[^/]+/\\d+)/(t\\d+_)?\\d+(_(fsm|vm|init))?(\\.\\d+)?");
  private static final Pattern TABLESPACE = Pattern.compile("(\\d+)\\.tar");

  private final ServerConnection connection;
  private final Capture capture;
  private final Progress progress;
  private final Ownership ownership;
  private final SortedMap<Key, Entry> entries = new TreeMap<>();
  private final Map<String, Sum> sums = new HashMap<>();
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream();
  private int walPage;

  /** What has come of a file. */
  private record Sum(long size, String crc32c) {}

  /** What a base backup has shown. */
  record Result(BackupManifest manifest, String start, String end, long timeline) {}

  BaseBackup(ServerConnection connection, Capture capture, Ownership ownership) {
    this.ownership = ownership;
    this.connection = connection;
    this.capture = capture;
    this.progress = capture.progress();
  }

  /**
   * Runs it.
   *
   * @param label for {@code backup_label}
   * @throws ProtocolException if what has come is not what the server's manifest says
   */
  Result run(String label, Instant now) throws IOException {
    progress.phase("checkpoint");
    walPage =
        Integer.parseInt(connection.query("SHOW wal_block_size").getFirst().get("wal_block_size"));
    Exchange exchange =
        connection.send(
            "BASE_BACKUP (LABEL "
                + ServerConnection.quoted(label)
                + ", PROGRESS, CHECKPOINT 'fast', WAL, WAIT false, TABLESPACE_MAP,"
                + " MANIFEST 'yes', MANIFEST_CHECKSUMS 'CRC32C')");
    Row start = exchange.rows().getFirst();
    long kilobytes = 0;
    List<Row> spaces = exchange.rows();
    for (Row space : spaces) {
      String size = space.find("size");
      kilobytes += size == null ? 0 : Long.parseLong(size);
    }
    progress.phase("base backup");
    progress.expect(0, kilobytes << 10);
    PosixTime time = PosixTime.of(now);
    receive(exchange.copy(), time);
    Row end = exchange.rows().getFirst();
    exchange.end();
    BackupManifest said = BackupManifest.parse(manifest.toByteArray());
    hold(said);
    file(MANIFEST, manifest.toByteArray(), time);
    entries.put(Key.ROOT, directory(time));
    for (Map.Entry<Key, Entry> entry : entries.entrySet()) {
      progress.checkCancelled();
      capture.put(entry.getKey(), entry.getValue());
    }
    return new Result(said, start.get("recptr"), end.get("recptr"), Long.parseLong(end.get("tli")));
  }

  private void receive(Copy copy, PosixTime time) throws IOException {
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
            entries.put(key(prefix), directory(time));
          }
          archive = new TarStream(new Members(prefix.isEmpty() ? "" : prefix + "/"));
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

  /** Each file of the server's manifest has come, and is the one that it names; and no other. */
  private void hold(BackupManifest said) throws ProtocolException {
    Map<String, Sum> left = new HashMap<>(sums);
    for (BackupManifest.Listed file : said.files()) {
      Sum sum = left.remove(file.path());
      if (sum == null) {
        throw new ProtocolException("the file " + file.path() + " has not come");
      }
      if (sum.size != file.size()
          || (!file.crc32c().isEmpty() && !sum.crc32c.equals(file.crc32c()))) {
        throw new ProtocolException("the file " + file.path() + " is not what the server has sent");
      }
    }
    // It does not list WAL, which has checksums of its own.
    left.keySet().removeIf(path -> path.startsWith("pg_wal/"));
    if (!left.isEmpty()) {
      throw new ProtocolException(
          "the file " + left.keySet().iterator().next() + " is none of the backup's");
    }
  }

  private Entry directory(PosixTime time) {
    return own(Entry.builder(EntryKind.DIRECTORY).mode(DIRECTORY_MODE).mtime(time)).build();
  }

  private EntryBuilder own(EntryBuilder builder) {
    return ownership.give(builder);
  }

  private void file(String path, byte[] bytes, PosixTime time) throws IOException {
    ContentSink sink = capture.content();
    sink.write(bytes, 0, bytes.length);
    entries.put(
        key(path),
        own(Entry.builder(EntryKind.FILE).mode(FILE_MODE).mtime(time))
            .content(bytes.length, sink.finish())
            .build());
  }

  private static Key key(String path) {
    return Key.of(path.split("/"));
  }

  /** Stores the members of one archive. */
  private final class Members implements TarStream.Visitor {
    private final String prefix;
    private TarStream.@Nullable Member member;
    private @Nullable ContentSink sink;
    private @Nullable WalPages wal;
    private byte[] page = new byte[0];
    private long taken;
    private final CRC32C crc = new CRC32C();

    Members(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public void member(TarStream.Member begun) throws IOException {
      member = begun;
      sink = null;
      if (begun.type() == '0') {
        progress.current(path(begun));
        sink = capture.content();
        if (isRelation(path(begun))) {
          sink.blocks(BLOCK);
        }
        wal = WalPages.of(path(begun), begun.size(), walPage).orElse(null);
        page = new byte[wal == null ? 0 : wal.size()];
        taken = 0;
        crc.reset();
      }
    }

    private String path(TarStream.Member of) {
      String name = of.name().startsWith("./") ? of.name().substring(2) : of.name();
      return prefix + (name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
    }

    @Override
    public void bytes(byte[] bytes, int offset, int length) throws IOException {
      ContentSink to = sink;
      if (to == null) {
        return;
      }
      crc.update(bytes, offset, length);
      if (wal == null) {
        to.write(bytes, offset, length);
      } else {
        pages(to, wal, bytes, offset, length);
      }
    }

    /** What is left of another segment is no use to anybody, and is not stored. */
    private void pages(ContentSink to, WalPages segment, byte[] bytes, int offset, int length)
        throws IOException {
      for (int done = 0; done < length; ) {
        int at = (int) (taken % page.length);
        int part = Math.min(page.length - at, length - done);
        System.arraycopy(bytes, offset + done, page, at, part);
        done += part;
        taken += part;
        if (at + part == page.length) {
          if (segment.isOwn(page, 0, taken - page.length)) {
            to.write(page, 0, page.length);
          } else {
            to.hole(page.length);
          }
        }
      }
    }

    @Override
    public void end() throws IOException {
      TarStream.Member done = member;
      if (done == null) {
        throw new IllegalStateException("a member ends that was not begun");
      }
      String path = path(done);
      PosixTime time = new PosixTime(done.modified(), 0);
      switch (done.type()) {
        case '0' -> {
          ContentSink content = sink;
          if (content == null) {
            throw new IllegalStateException("a file without content");
          }
          sums.put(path, new Sum(done.size(), hex(crc.getValue())));
          var builder =
              own(Entry.builder(EntryKind.FILE).mode(FILE_MODE).mtime(time))
                  .content(done.size(), content.finish());
          if (isRelation(path)) {
            builder.blockSize(BLOCK);
          }
          entries.put(key(path), builder.build());
        }
        // A link leads to a tablespace: where that lay stands in tablespace_map.
        case '2', '5' -> entries.put(key(path), directory(time));
        default -> throw new ProtocolException("a member " + path + " of the type " + done.type());
      }
    }

    private static boolean isRelation(String path) {
      return RELATION.matcher(path).matches();
    }
  }

  /** As the server writes it: the four bytes in memory's order. */
  private static String hex(long crc) {
    return String.format("%08x", Integer.reverseBytes((int) crc));
  }
}
