package io.salvor.engine.tar;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.HardLinks;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first names of files that have more to come. */
final class LinkNames {
  private record File(long device, long inode) {}

  private static final class First {
    final byte[] path;
    long toCome;

    First(byte[] path, long toCome) {
      this.path = path;
      this.toCome = toCome;
    }
  }

  private final Map<File, First> open = new HashMap<>();

  /** Its first name could not be written: the next is its first. */
  void forget(Entry entry) {
    if (entry.links() != null && entry.inode() instanceof Long inode) {
      open.remove(new File(entry.links().device(), inode));
    }
  }

  /** The first name of the file that this is one more of; null if it is the first. */
  byte @Nullable [] firstOf(byte[] path, Entry entry) {
    if (!(entry.links() instanceof HardLinks(long device, long count))
        || !(entry.inode() instanceof Long inode)) {
      return null;
    }
    File file = new File(device, inode);
    First first = open.get(file);
    if (first == null) {
      open.put(file, new First(path, count - 1));
      return null;
    }
    if (--first.toCome == 0) {
      open.remove(file);
    }
    return first.path;
  }
}
