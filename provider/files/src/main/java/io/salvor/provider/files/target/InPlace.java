package io.salvor.provider.files.target;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is done otherwise in a target that is of no use to anybody before all of it is restored,
 * such as the data directory of a server that is down.
 *
 * @param links keys of symbolic links that stand for the directories they lead to, which the target
 *     goes on in
 * @param patches whether of a large file that differs only what differs is written, where it lies:
 *     a restore that dies leaves it neither old nor new
 */
public record InPlace(Map<Key, Path> links, boolean patches) {
  /** Nothing is. */
  public static final InPlace NOTHING = new InPlace(Map.of(), false);

  /** Smaller files are written anew. */
  static final long PATCHED = 1 << 20;

  public InPlace {
    links = Map.copyOf(links);
  }

  /** Whether a key is that of such a link. */
  boolean isLink(Key key) {
    return links.containsKey(key);
  }

  /** The directory that such a link leads to; null for other keys. */
  @Nullable Dir open(Key key) throws PosixException {
    Path path = links.get(key);
    return path == null ? null : Posix.system().openRoot(path);
  }

  /** Whether a step changes the file that is there. */
  boolean patches(Step step) {
    Entry wanted = step.wanted();
    LiveItem live = step.live();
    return patches
        && wanted != null
        && live != null
        && step.change() instanceof Change.Update
        && EntryWriter.replaces(step)
        && step.linkTo() == null
        && isPatched(wanted)
        && isPatched(live.entry());
  }

  private static boolean isPatched(Entry entry) {
    return entry.kind() == EntryKind.FILE && entry.size() >= PATCHED && entry.links() == null;
  }
}
