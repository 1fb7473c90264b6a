package io.salvor.provider.files;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.Stat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Contents of the hard-linked files read last, so that one of many names is read, not all. */
final class LinkedContents {
  private static final int MOST = 4096;

  private final Map<Version, ContentRef> contents =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, ContentRef> eldest) {
          return size() > MOST;
        }
      };

  private record Version(long dev, long inode, long size, PosixTime mtime, PosixTime ctime) {
    static Version of(Stat stat) {
      return new Version(stat.dev(), stat.inode(), stat.size(), stat.mtime(), stat.ctime());
    }
  }

  /** The content of this very state of the file; null if it is not known as it has to be. */
  synchronized @Nullable ContentRef find(Stat stat, boolean sensitive) {
    @Nullable ContentRef known = stat.nlink() > 1 ? contents.get(Version.of(stat)) : null;
    return known == null || (known.kind() == BlobKind.SENSITIVE) != sensitive ? null : known;
  }

  synchronized void remember(Stat stat, Content content) {
    if (stat.nlink() > 1 && content.size() == stat.size()) {
      contents.put(Version.of(stat), content.ref());
    }
  }
}
