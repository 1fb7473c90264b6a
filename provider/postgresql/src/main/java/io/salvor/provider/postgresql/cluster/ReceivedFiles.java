package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The files of a base backup: stored as they come, summed up, and kept as entries. For one thread.
 */
final class ReceivedFiles {
  /** What files of relations are cut into, in bytes: pages, as most servers have them. */
  static final int BLOCK = 8 << 10;

  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;
  private static final String INCREMENTAL = "INCREMENTAL.";
  private static final Pattern RELATION =
      Pattern.compile(
          "(global|base/\\d+|pg_tblspc/\\d+/[^/]+/\\d+)/(t\\d+_)?\\d+(_(fsm|vm|init))?(\\.\\d+)?");

  private final Capture capture;
  private final Ownership ownership;
  private final Pages pages;
  private final Optional<PriorBackup> prior;
  private final SortedMap<Key, Entry> entries = new TreeMap<>();
  private final Map<String, Sum> sent = new HashMap<>();
  private final Map<String, BackupManifest.Listed> instead = new HashMap<>();

  /**
   * Sizes of the server's pages, in bytes.
   *
   * @param data its {@code block_size}
   * @param wal its {@code wal_block_size}
   */
  record Pages(int data, int wal) {
    int block() {
      return Math.max(BLOCK, data);
    }
  }

  /** What has come of a file. */
  private record Sum(long size, String crc32c) {}

  /**
   * None yet.
   *
   * @param prior since which the server tells changes
   */
  ReceivedFiles(Capture capture, Ownership ownership, Pages pages, Optional<PriorBackup> prior) {
    this.capture = capture;
    this.ownership = ownership;
    this.pages = pages;
    this.prior = prior;
  }

  /**
   * Takes the members of an archive, which lie below a path; that is empty or ends with a slash.
   */
  TarStream.Visitor below(String prefix) {
    return new Members(prefix);
  }

  /** A directory that no archive has. */
  void directory(Key key, PosixTime time) {
    entries.put(
        key, own(Entry.builder(EntryKind.DIRECTORY).mode(DIRECTORY_MODE).mtime(time)).build());
  }

  /** A file that no archive has. */
  void file(String path, byte[] bytes, PosixTime time) throws IOException {
    ContentSink sink = capture.content();
    sink.write(bytes, 0, bytes.length);
    file(path, new FileReceiver.Made(bytes.length, sink.finish(), 0, null), time);
  }

  private void file(String path, FileReceiver.Made made, PosixTime time) {
    entries.put(
        key(path),
        own(Entry.builder(EntryKind.FILE).mode(FILE_MODE).mtime(time))
            .content(made.size(), made.content())
            .blockSize(made.blockSize())
            .build());
  }

  private EntryBuilder own(EntryBuilder builder) {
    return ownership.give(builder);
  }

  private static Key key(String path) {
    return Key.of(path.split("/"));
  }

  /** All of them, in order. */
  SortedMap<Key, Entry> entries() {
    return entries;
  }

  /**
   * Holds what has come against the manifest: each of its files, as it says, and no other.
   *
   * @return the manifest of what was stored; the same if that is what was sent
   */
  BackupManifest hold(BackupManifest said) throws ProtocolException {
    Map<String, Sum> left = new HashMap<>(sent);
    List<BackupManifest.Listed> stored = new ArrayList<>();
    for (BackupManifest.Listed file : said.files()) {
      Sum sum = left.remove(file.path());
      if (sum == null) {
        throw new ProtocolException("the file " + file.path() + " has not come");
      }
      if (sum.size != file.size()
          || (!file.crc32c().isEmpty() && !sum.crc32c.equals(file.crc32c()))) {
        throw new ProtocolException("the file " + file.path() + " is not what the server has sent");
      }
      BackupManifest.Listed other = instead.get(file.path());
      stored.add(other == null ? file : other.modified(file.modified()));
    }
    // It does not list WAL, which has checksums of its own.
    left.keySet().removeIf(path -> path.startsWith("pg_wal/"));
    if (!left.isEmpty()) {
      throw new ProtocolException(
          "the file " + left.keySet().iterator().next() + " is none of the backup's");
    }
    return instead.isEmpty()
        ? said
        : new BackupManifest(said.system(), List.copyOf(stored), said.ranges());
  }

  /** The members of one archive. */
  private final class Members implements TarStream.Visitor {
    private final String prefix;
    private final CRC32C crc = new CRC32C();
    private TarStream.@Nullable Member member;
    private @Nullable FileReceiver file;

    Members(String prefix) {
      this.prefix = prefix;
    }

    @Override
    public void member(TarStream.Member begun) throws IOException {
      member = begun;
      file = null;
      if (begun.type() == '0') {
        String path = path(begun);
        capture.progress().current(path);
        file = receiver(path, begun.size());
        crc.reset();
      }
    }

    private FileReceiver receiver(String path, long size) throws IOException {
      String whole = whole(path);
      if (!whole.equals(path) && prior.isPresent()) {
        PriorBackup.Relation relation = prior.get().relation(whole);
        return new ComposedFile(capture.content(), pages.block(), pages.data, relation);
      }
      ContentSink content = capture.content();
      return path.equals(LabelFile.NAME)
          ? new LabelFile(content)
          : new PlainFile(
              content,
              RELATION.matcher(path).matches() ? pages.block() : 0,
              WalPages.of(path, size, pages.wal));
    }

    /** The path of what is composed of an incremental file; of others the same. */
    private static String whole(String path) {
      int name = path.lastIndexOf('/') + 1;
      String whole = path.substring(0, name) + path.substring(name).replace(INCREMENTAL, "");
      return path.startsWith(INCREMENTAL, name) && RELATION.matcher(whole).matches() ? whole : path;
    }

    private String path(TarStream.Member of) {
      String name = of.name().startsWith("./") ? of.name().substring(2) : of.name();
      return prefix + (name.endsWith("/") ? name.substring(0, name.length() - 1) : name);
    }

    @Override
    public void bytes(byte[] bytes, int offset, int length) throws IOException {
      if (file != null) {
        crc.update(bytes, offset, length);
        file.bytes(bytes, offset, length);
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
        case '0' -> end(path, done.size(), time);
        // A link leads to a tablespace: where that lay stands in tablespace_map.
        case '2', '5' -> directory(key(path), time);
        default -> throw new ProtocolException("a member " + path + " of the type " + done.type());
      }
    }

    private void end(String path, long size, PosixTime time) throws IOException {
      FileReceiver receiver = file;
      if (receiver == null) {
        throw new IllegalStateException("a file that nobody receives");
      }
      sent.put(path, new Sum(size, new Crc((int) crc.getValue()).hex()));
      FileReceiver.Made made = receiver.end();
      String whole = path;
      if (receiver instanceof ComposedFile composed) {
        whole = whole(path);
        capture.progress().advance(0, composed.isUnchanged() ? made.size() : 0);
      }
      if (made.crc() != null) {
        instead.put(path, new BackupManifest.Listed(whole, made.size(), "", made.crc().hex()));
      }
      file(whole, made, time);
    }
  }
}
