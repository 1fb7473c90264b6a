package io.salvor.testkit.reader;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a backup of files into a tar archive: all kinds but sockets, which tar does not know. Who
 * wants files has {@code tar} unpack it.
 */
public final class Extraction {
  private final RepositoryReader reader;
  private final Tar tar;
  private final Map<List<Long>, byte[]> firstNames = new HashMap<>();

  private Extraction(RepositoryReader reader, OutputStream out) {
    this.reader = reader;
    this.tar = new Tar(out);
  }

  /** Writes the archive; whatever is damaged ends it. */
  public static void extract(RepositoryReader reader, Backup backup, OutputStream out)
      throws IOException {
    Extraction extraction = new Extraction(reader, out);
    reader.entries(backup, extraction::entry);
    extraction.tar.finish();
  }

  private void entry(Key key, Entry entry) throws IOException {
    byte[] path = path(key);
    long[] names = entry.names();
    if (names != null && entry.inode() instanceof Long inode) {
      byte[] first = firstNames.putIfAbsent(List.of(names[0], inode), path);
      if (first != null) {
        member(path, '1', first, entry);
        return;
      }
    }
    byte[] target = entry.target();
    switch (entry.kind()) {
      case FILE, TABLE, DEFINITION -> file(path, entry);
      case DIRECTORY -> member(path, '5', new byte[0], entry);
      case LINK -> member(path, '2', target == null ? new byte[0] : target, entry);
      case CHARACTER_DEVICE -> member(path, '3', new byte[0], entry);
      case BLOCK_DEVICE -> member(path, '4', new byte[0], entry);
      case FIFO -> member(path, '6', new byte[0], entry);
      case SOCKET -> {}
    }
  }

  private void member(byte[] path, char type, byte[] target, Entry entry) throws IOException {
    tar.begin(path, type, target, entry, 0);
    tar.end();
  }

  private void file(byte[] path, Entry entry) throws IOException {
    List<Extent> extents = reader.extents(entry);
    if (extents.stream().anyMatch(Extent::isHole)) {
      tar.beginSparse(path, entry, regions(extents, entry.size()));
    } else {
      tar.begin(path, '0', new byte[0], entry, entry.size());
    }
    for (Extent extent : extents) {
      if (!extent.isHole()) {
        tar.write(reader.data(entry, extent));
      }
    }
    tar.end();
  }

  /** Where there is no hole; a hole at the end is told by a region of nothing behind it. */
  private static List<Tar.Region> regions(List<Extent> extents, long size) {
    List<Tar.Region> regions = new ArrayList<>();
    long at = 0;
    long begin = 0;
    for (Extent extent : extents) {
      if (extent.isHole()) {
        if (at > begin) {
          regions.add(new Tar.Region(begin, at - begin));
        }
        begin = at + extent.length();
      }
      at += extent.length();
    }
    regions.add(new Tar.Region(begin, size - begin));
    return regions;
  }

  /** Below the directory in which it is unpacked, whatever the parts of the key are. */
  private static byte[] path(Key key) throws DamageException {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.write('.');
    for (byte[] part : key.parts()) {
      boolean isName =
          !Arrays.equals(part, new byte[] {'.'}) && !Arrays.equals(part, new byte[] {'.', '.'});
      for (byte b : part) {
        isName &= b != '/' && b != 0;
      }
      DamageException.unless(isName, "a part of a key is not the name of a file");
      path.write('/');
      path.writeBytes(part);
    }
    return path.toByteArray();
  }
}
