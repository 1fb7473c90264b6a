package io.salvor.testkit.torture;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import java.util.ArrayList;
import java.util.HashMap;
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
  private final Map<BackupId, Set<ObjectId>> holds = new HashMap<>();
  private final Set<ObjectId> released = new HashSet<>();

  /** A backup was acknowledged. */
  synchronized void acknowledged(BackupId id, SortedMap<String, String> content) {
    contents.put(id, content);
    required.add(id);
  }

  /** Somebody begins to forget it: it may go or stay, unless it is on hold. */
  synchronized void doubtful(Set<BackupId> ids) {
    for (BackupId id : ids) {
      if (!isHeld(id)) {
        required.remove(id);
      }
    }
  }

  /** Somebody was told that it is gone. */
  synchronized void forgotten(BackupId id) {
    if (isHeld(id)) {
      throw new AssertionError(id + " was forgotten, and somebody was told that it is on hold");
    }
    required.remove(id);
    gone.add(id);
  }

  /** Somebody was told that it is on hold, by this note. */
  synchronized void held(BackupId id, ObjectId note) {
    if (released.contains(note)) {
      // Somebody saw the hold and released it before its author was told of it.
      return;
    }
    if (gone.contains(id)) {
      throw new AssertionError(id + " is on hold, and somebody was told that it is gone");
    }
    holds.computeIfAbsent(id, _ -> new HashSet<>()).add(note);
    if (contents.containsKey(id)) {
      required.add(id);
    }
  }

  /** Somebody begins to release this hold of it. */
  synchronized void released(BackupId id, ObjectId note) {
    released.add(note);
    holds.getOrDefault(id, new HashSet<>()).remove(note);
  }

  private boolean isHeld(BackupId id) {
    return !holds.getOrDefault(id, Set.of()).isEmpty();
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
