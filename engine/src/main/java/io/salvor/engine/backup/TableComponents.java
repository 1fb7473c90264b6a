package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.tree.Key;
import java.util.ArrayList;
import java.util.List;

/** Gathers the tables of a backup, each of which is a component of its own. */
final class TableComponents {
  /** A manifest is read whenever backups are listed. */
  static final int MOST = 1000;

  private static final String ROWS = "rows";
  private static final String KIND = "table";

  private final List<Component> tables = new ArrayList<>();

  /** An entry was put. */
  void put(Key key, Entry entry, byte[] value) {
    Long rows = entry.kind() == EntryKind.TABLE ? entry.attributes().number(ROWS) : null;
    if (rows != null && tables.size() < MOST) {
      tables.add(
          new Component(
              key.toString(),
              KIND,
              BackupStatus.SUCCESS,
              rows,
              entry.size(),
              ComponentChecksum.of(key, value)));
    }
  }

  List<Component> list() {
    return List.copyOf(tables);
  }
}
