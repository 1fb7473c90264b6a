package io.salvor.engine.prune;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.tree.TreeRoot;
import java.util.List;

/**
 * A tree whose blobs are needed.
 *
 * @param backup whose it is
 * @param keysOnly whether its values name nothing, as in the tree of keys of an undo
 */
record Root(BackupId backup, TreeRoot tree, boolean keysOnly) {
  static List<Root> of(Manifest manifest) {
    Root entries = new Root(manifest.id(), manifest.root(), false);
    Manifest.UndoOf undo = manifest.undo();
    return undo == null
        ? List.of(entries)
        : List.of(entries, new Root(manifest.id(), undo.created(), true));
  }

  static List<Root> of(Backup backup) {
    return of(backup.manifest());
  }
}
