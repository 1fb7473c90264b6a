package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.tree.Key;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are names of one file. Of files with one name it holds nothing. Of a wanted file with
 * several it holds the first name until the last has come, some 200 bytes and the key itself: a
 * million files whose names lie far apart take 300 MiB, half a million fit in the usual bound. Of a
 * live one it holds 32 bytes.
 */
final class LinkGroups {
  private static final class Group {
    final Key leader;
    final @Nullable File live;
    long toCome;

    Group(Key leader, @Nullable File live, long toCome) {
      this.leader = leader;
      this.live = live;
      this.toCome = toCome;
    }
  }

  private record File(long device, long inode) {
    static @Nullable File of(@Nullable Entry entry) {
      return entry != null
              && entry.links() instanceof HardLinks(long device, long count)
              && entry.inode() instanceof Long inode
          ? new File(device, inode)
          : null;
    }
  }

  /** What a group says of one more name. */
  record Verdict(@Nullable Key linkTo, boolean differs) {}

  private static final Verdict ALONE = new Verdict(null, false);

  private final Map<File, Group> wanted = new HashMap<>();
  private final FileSet live = new FileSet();

  /**
   * Takes the next name.
   *
   * @param now what the key holds now, null for nothing
   */
  Verdict next(Key key, Entry entry, @Nullable Entry now) {
    File file = File.of(entry);
    File liveFile = File.of(now);
    if (file == null) {
      return isTaken(liveFile) ? new Verdict(null, true) : ALONE;
    }
    Group group = wanted.get(file);
    if (group == null) {
      boolean stolen = isTaken(liveFile);
      HardLinks links = entry.links();
      long count = links == null ? 1 : links.count();
      wanted.put(file, new Group(key, stolen ? null : liveFile, count - 1));
      if (liveFile != null && !stolen) {
        live.add(liveFile.device(), liveFile.inode());
      }
      return new Verdict(null, stolen);
    }
    if (--group.toCome <= 0) {
      wanted.remove(file);
    }
    boolean same = liveFile != null && liveFile.equals(group.live);
    return new Verdict(group.leader, now != null && !same);
  }

  private boolean isTaken(@Nullable File file) {
    return file != null && live.contains(file.device(), file.inode());
  }

  /** The name is left as it is, so that no other can be linked to it. */
  void leave(Entry entry) {
    File file = File.of(entry);
    if (file != null) {
      wanted.remove(file);
    }
  }
}
