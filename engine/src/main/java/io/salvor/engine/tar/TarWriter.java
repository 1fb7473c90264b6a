package io.salvor.engine.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.entry.Xattr;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes entries as a tar stream, in the order in which they come. For one thread. */
public final class TarWriter implements AutoCloseable {
  private static final int RECORD = 20 * TarHeader.BLOCK;

  private static final int MODE_OF_TABLES = 0600;

  private final OutputStream out;
  private final BlobSource blobs;
  private final LinkNames links = new LinkNames();
  private long written;

  /** Writes to {@code out}, which it does not close. */
  public TarWriter(OutputStream out, BlobSource blobs) {
    this.out = out;
    this.blobs = blobs;
  }

  /**
   * Adds an entry.
   *
   * @return false if its kind has no place in a tar
   * @throws io.salvor.engine.error.SalvorException for content that is lost; where {@link #written}
   *     is as before, the archive can be gone on with
   */
  public boolean add(Key key, Entry entry) throws IOException {
    char type = type(entry.kind());
    if (type == 0) {
      return false;
    }
    byte[] path = path(key, entry.kind() == EntryKind.DIRECTORY);
    byte[] first = links.firstOf(path, entry);
    if (first != null) {
      header('1', path, first, entry, 0, new PaxRecords());
    } else if (entry.kind().hasContent()) {
      TarContent content;
      try {
        content = TarContent.of(blobs, entry);
      } catch (IOException | RuntimeException e) {
        links.forget(entry);
        throw e;
      }
      file(path, entry, content);
    } else {
      header(type, path, entry.target(), entry, 0, new PaxRecords());
    }
    return true;
  }

  private void file(byte[] path, Entry entry, TarContent content) throws IOException {
    PaxRecords records = new PaxRecords();
    byte[] name = path;
    byte[] map = content.sparseMap();
    if (map.length > 0) {
      records.add("GNU.sparse.major", "1");
      records.add("GNU.sparse.minor", "0");
      records.addName("GNU.sparse.name", path);
      records.add("GNU.sparse.realsize", Long.toString(entry.size()));
      name = "./GNUSparseFile.0/sparse".getBytes(US_ASCII);
    }
    long size = map.length + content.length();
    header('0', name, null, entry, size, records);
    write(map, map.length);
    content.copy(this::write);
    pad(size);
  }

  private void header(
      char type, byte[] path, byte @Nullable [] target, Entry entry, long size, PaxRecords records)
      throws IOException {
    byte[] linkTo = target == null ? new byte[0] : target;
    if (path.length > TarHeader.NAME || !isPlain(path)) {
      records.addName("path", path);
    }
    if (linkTo.length > TarHeader.NAME || !isPlain(linkTo)) {
      records.addName("linkpath", linkTo);
    }
    if (size > TarHeader.MAX_SIZE) {
      records.add("size", Long.toString(size));
    }
    owner(records, "uid", "uname", entry.user());
    owner(records, "gid", "gname", entry.group());
    PosixTime mtime = entry.mtime();
    if (mtime.nanos() != 0 || mtime.seconds() < 0 || mtime.seconds() > TarHeader.MAX_SIZE) {
      records.add("mtime", time(mtime));
    }
    if (type != '1') {
      entry.xattrs().forEach(xattr -> attribute(records, xattr));
    }
    if (!records.isEmpty()) {
      byte[] bytes = records.toByteArray();
      write(
          new TarHeader('x', "./PaxHeaders/entry".getBytes(US_ASCII))
              .size(bytes.length)
              .toByteArray());
      write(bytes, bytes.length);
      pad(bytes.length);
    }
    TarHeader header =
        new TarHeader(type, path)
            .mode(entry.kind().isOfDatabase() ? MODE_OF_TABLES : entry.mode())
            .ids(entry.user().id(), entry.group().id())
            .size(size)
            .mtime(mtime.seconds())
            .linkTo(linkTo)
            .owners(name(entry.user()), name(entry.group()));
    if (entry.device() != null) {
      header.device(entry.device().major(), entry.device().minor());
    }
    write(header.toByteArray());
  }

  private static void owner(PaxRecords records, String id, String name, Owner owner) {
    if (owner.id() > TarHeader.MAX_ID) {
      records.add(id, Long.toString(owner.id()));
    }
    if (!isPlain(name(owner)) || name(owner).length > 31) {
      records.addName(name, name(owner));
    }
  }

  private static byte[] name(Owner owner) {
    byte[] name = owner.name();
    return name == null ? new byte[0] : name;
  }

  private static void attribute(PaxRecords records, Xattr xattr) {
    String acl = xattr.isAcl() ? AclText.of(xattr.value()) : null;
    if (acl != null) {
      String name = new String(xattr.name(), US_ASCII);
      records.add(name.endsWith("default") ? "SCHILY.acl.default" : "SCHILY.acl.access", acl);
      return;
    }
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    key.writeBytes("SCHILY.xattr.".getBytes(US_ASCII));
    for (byte b : xattr.name()) {
      // The first = ends a key.
      key.writeBytes(
          b == '='
              ? "%3D".getBytes(US_ASCII)
              : b == '%' ? "%25".getBytes(US_ASCII) : new byte[] {b});
    }
    records.add(key.toByteArray(), xattr.value());
  }

  /** Seconds with their fraction, which counts away from zero. */
  private static String time(PosixTime time) {
    long seconds = time.seconds();
    long nanos = time.nanos();
    String sign = "";
    if (seconds < 0) {
      sign = "-";
      seconds = nanos == 0 ? -seconds : -(seconds + 1);
      nanos = nanos == 0 ? 0 : 1_000_000_000 - nanos;
    }
    String fraction = Long.toString(1_000_000_000 + nanos).substring(1).replaceFirst("0+$", "");
    return sign + Long.toUnsignedString(seconds) + (fraction.isEmpty() ? "" : "." + fraction);
  }

  private static char type(EntryKind kind) {
    return switch (kind) {
      case FILE, TABLE, DEFINITION -> '0';
      case SYMLINK -> '2';
      case CHARACTER_DEVICE -> '3';
      case BLOCK_DEVICE -> '4';
      case DIRECTORY -> '5';
      case FIFO -> '6';
      case SOCKET, UNKNOWN -> 0;
    };
  }

  private static boolean isPlain(byte[] name) {
    for (byte b : name) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] path(Key key, boolean directory) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes("./".getBytes(UTF_8));
    List<byte[]> parts = key.parts();
    for (int i = 0; i < parts.size(); i++) {
      path.writeBytes(parts.get(i));
      if (i < parts.size() - 1 || directory) {
        path.write('/');
      }
    }
    return path.toByteArray();
  }

  /** Ends the archive. */
  public void finish() throws IOException {
    write(new byte[2 * TarHeader.BLOCK]);
    write(new byte[(int) ((RECORD - written % RECORD) % RECORD)]);
    out.flush();
  }

  /** Bytes so far. */
  public long written() {
    return written;
  }

  private void pad(long size) throws IOException {
    write(new byte[(int) ((TarHeader.BLOCK - size % TarHeader.BLOCK) % TarHeader.BLOCK)]);
  }

  private void write(byte[] bytes) throws IOException {
    write(bytes, bytes.length);
  }

  private void write(byte[] bytes, int length) throws IOException {
    out.write(bytes, 0, length);
    written += length;
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
