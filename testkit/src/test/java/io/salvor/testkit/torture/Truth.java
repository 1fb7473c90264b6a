package io.salvor.testkit.torture;

import io.salvor.engine.backup.BackupId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the actors of one seed were told, and so what has to hold in the end. */
final class Truth {
  private final Map<BackupId, SortedMap<String, String>> contents = new TreeMap<>();
  private final Set<BackupId> required = new TreeSet<>();
  private final Set<BackupId> gone = new TreeSet<>();
  private final Set<BackupId> held = new HashSet<>();

  /** A backup was acknowledged. */
  synchronized void acknowledged(BackupId id, SortedMap<String, String> content) {
    contents.put(id, content);
    required.add(id);
  }

  /** Somebody begins to forget it: it may go or stay, unless it is on hold. */
  synchronized void doubtful(Set<BackupId> ids) {
    for (BackupId id : ids) {
      if (!held.contains(id)) {
        required.remove(id);
      }
    }
  }

  /** Somebody was told that it is gone. */
  synchronized void forgotten(BackupId id) {
    if (held.contains(id)) {
      throw new AssertionError(id + " was forgotten, and somebody was told that it is on hold");
    }
    required.remove(id);
    gone.add(id);
  }

  /** Somebody was told that it is on hold. */
  synchronized void held(BackupId id) {
    if (gone.contains(id)) {
      throw new AssertionError(id + " is on hold, and somebody was told that it is gone");
    }
    held.add(id);
    if (contents.containsKey(id)) {
      required.add(id);
    }
  }

  /** Somebody begins to release it. */
  synchronized void released(BackupId id) {
    held.remove(id);
  }

  /** The backups that have to be there, with what they have to hold. */
  synchronized Map<BackupId, SortedMap<String, String>> required() {
    Map<BackupId, SortedMap<String, String>> wanted = new TreeMap<>();
    required.forEach(id -> wanted.put(id, contents.get(id)));
    return wanted;
  }

  /** Those that somebody was told to be gone. */
  synchronized Set<BackupId> gone() {
    return new TreeSet<>(gone);
  }

  /** Any that were acknowledged, in order. */
  synchronized List<BackupId> known() {
    return new ArrayList<>(contents.keySet());
  }
}
