package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.tree.Key;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are names of one file. Of files with one name it holds nothing; of a wanted file with
 * several its first name until the last has come, and of each live one of those that it is one. All
 * of that lies in local files as soon as it is much: 64 bytes and the name for the former, 24 for
 * the latter, some of them unused.
 */
final class LinkGroups implements AutoCloseable {
  // Of a wanted file: the place of its first name, how many are to come, and its live one.
  private static final int LEADER = 0;
  private static final int TO_COME = 1;
  private static final int IS_LIVE = 2;
  private static final int LIVE_DEVICE = 3;
  private static final int LIVE_INODE = 4;
  private static final int COLUMNS = 5;

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

  private final FileTable wanted;
  private final FileTable live;
  private final KeySpool leaders;

  /**
   * No groups yet.
   *
   * @param scratch gives files that go when they are closed
   */
  LinkGroups(Supplier<LocalDraft> scratch) {
    this.wanted = new FileTable(scratch, COLUMNS);
    this.live = new FileTable(scratch, 0);
    this.leaders = new KeySpool(scratch);
  }

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
    long group = wanted.find(file.device(), file.inode());
    if (group < 0) {
      boolean stolen = isTaken(liveFile);
      lead(key, entry, file, stolen ? null : liveFile);
      return new Verdict(null, stolen);
    }
    Key leader = leaders.get(wanted.get(group, LEADER));
    boolean same = liveFile != null && liveFile.equals(live(group));
    long toCome = wanted.get(group, TO_COME) - 1;
    if (toCome > 0) {
      wanted.set(group, TO_COME, toCome);
    } else {
      wanted.remove(group);
    }
    return new Verdict(leader, now != null && !same);
  }

  private void lead(Key key, Entry entry, File file, @Nullable File now) {
    HardLinks links = entry.links();
    long group = wanted.add(file.device(), file.inode());
    wanted.set(group, LEADER, leaders.add(key));
    wanted.set(group, TO_COME, links == null ? 0 : links.count() - 1);
    if (now != null) {
      wanted.set(group, IS_LIVE, 1);
      wanted.set(group, LIVE_DEVICE, now.device());
      wanted.set(group, LIVE_INODE, now.inode());
      long _ = live.add(now.device(), now.inode());
    }
  }

  private @Nullable File live(long group) {
    return wanted.get(group, IS_LIVE) == 0
        ? null
        : new File(wanted.get(group, LIVE_DEVICE), wanted.get(group, LIVE_INODE));
  }

  private boolean isTaken(@Nullable File file) {
    return file != null && live.contains(file.device(), file.inode());
  }

  /** The name is left as it is, so that no other can be linked to it. */
  void leave(Entry entry) {
    File file = File.of(entry);
    long group = file == null ? -1 : wanted.find(file.device(), file.inode());
    if (group >= 0) {
      wanted.remove(group);
    }
  }

  @Override
  public void close() {
    try (wanted;
        live;
        leaders) {
      // Each is closed, whatever becomes of the others.
      return;
    }
  }
}
