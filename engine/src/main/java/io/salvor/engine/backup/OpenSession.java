package io.salvor.engine.backup;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A session that has not ended, as a reader finds it: a writer at work, or one that died.
 *
 * @param checkpoint the latest one, null if there is none
 */
record OpenSession(SessionRecord.Open open, SessionRecord.@Nullable Checkpoint checkpoint) {
  private static final Pattern NAME =
      Pattern.compile("sessions/([0-9a-f]{32})/(open|end|revoked|\\d{8})");

  /**
   * Reads every session that is open; names of objects that are lost or cannot be read go to {@code
   * damaged}.
   */
  static List<OpenSession> list(Storage storage, KeyRing keys, Consumer<ObjectName> damaged)
      throws IOException {
    Map<ObjectId, Found> found = new TreeMap<>();
    storage.list(
        ObjectKind.SESSION_OPEN.prefix(),
        info -> {
          Matcher name = NAME.matcher(info.name().value());
          if (name.matches()) {
            found
                .computeIfAbsent(ObjectId.parse(name.group(1)), id -> new Found())
                .add(name.group(2));
          }
        });
    List<OpenSession> sessions = new ArrayList<>();
    for (var f : found.entrySet()) {
      if (f.getValue().ended) {
        continue;
      }
      if (f.getValue().open) {
        read(storage, keys, f.getKey(), f.getValue().latest, damaged, sessions);
      } else if (!f.getValue().revoked
          && hasLostItsOpening(storage, f.getKey(), f.getValue().latest)) {
        damaged.accept(ObjectKind.SESSION_OPEN.name(f.getKey()));
      }
    }
    return sessions;
  }

  /**
   * Checkpoints are removed before the opening: one that outlives it means that it was lost, but
   * for one that a sleeper has written after it was given up.
   */
  private static boolean hasLostItsOpening(Storage storage, ObjectId id, int latest)
      throws IOException {
    return latest > 0
        && storage.find(ObjectKind.SESSION_OPEN.name(id)).isEmpty()
        && storage.find(ObjectKind.SESSION_END.name(id)).isEmpty()
        && storage.find(ObjectKind.checkpoint(id, latest)).isPresent();
  }

  private static void read(
      Storage storage,
      KeyRing keys,
      ObjectId id,
      int latest,
      Consumer<ObjectName> damaged,
      List<OpenSession> into)
      throws IOException {
    ObjectName name = ObjectKind.SESSION_OPEN.name(id);
    try {
      byte[] message = keys.openSmall(ObjectKind.SESSION_OPEN, id, storage.get(name));
      SessionRecord.Open open = SessionRecord.Open.decode(message);
      if (!open.session().equals(id)) {
        throw new MalformedException("an opening of another session");
      }
      SessionRecord.Checkpoint checkpoint = null;
      if (latest > 0) {
        name = ObjectKind.checkpoint(id, latest);
        message = keys.openSmall(ObjectKind.CHECKPOINT, id, storage.get(name));
        checkpoint = SessionRecord.Checkpoint.decode(message);
        if (checkpoint.number() != latest || !checkpoint.session().equals(id)) {
          throw new MalformedException("a checkpoint under another one's name");
        }
      }
      into.add(new OpenSession(open, checkpoint));
    } catch (NoSuchFileException e) {
      // It has ended, or gone on to its next checkpoint, since the list: nothing to show now.
      return;
    } catch (MalformedException e) {
      damaged.accept(name);
    } catch (SalvorException e) {
      if (!BackupList.isUnreadable(e)) {
        throw e;
      }
      damaged.accept(name);
    }
  }

  private static final class Found {
    private boolean open;
    private boolean ended;
    private boolean revoked;
    private int latest;

    void add(String what) {
      switch (what) {
        case "open" -> open = true;
        case "end" -> ended = true;
        case "revoked" -> revoked = true;
        default -> latest = Math.max(latest, Integer.parseInt(what));
      }
    }
  }
}
