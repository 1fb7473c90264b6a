package io.salvor.provider.files.target;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.tree.Key;
import java.util.EnumMap;
import java.util.Map;

/** Counts what could not be kept of entries, to tell it once. Safe for several threads. */
final class Losses {
  /** What can get lost without an entry being lost. */
  enum Loss {
    OWNER("owners-not-kept", "owner or group could not be set, for lack of privilege", true),
    SET_ID("set-id-not-kept", "set-id bits were left out, for the owner could not be set", true),
    PRIVILEGED_XATTR(
        "attributes-not-kept",
        "extended attributes of the system could not be set, for lack of privilege",
        true),
    XATTR("attributes-not-kept", "extended attributes or ACLs are not taken here", false),
    TIME("times-not-kept", "the file system does not keep the modification time exactly", false),
    MODE("modes-not-kept", "the file system does not keep the mode", false);

    private final String code;
    private final String text;
    private final boolean expected;

    Loss(String code, String text, boolean expected) {
      this.code = code;
      this.text = text;
      this.expected = expected;
    }
  }

  private record Seen(String key, long count) {}

  private final Map<Loss, Seen> seen = new EnumMap<>(Loss.class);

  synchronized void add(Loss loss, Key key) {
    Seen before = seen.get(loss);
    seen.put(
        loss,
        before == null ? new Seen(key.toString(), 1) : new Seen(before.key, before.count + 1));
  }

  /** Tells everything once. */
  synchronized void tell(Outcomes outcomes) {
    seen.forEach(
        (loss, s) -> {
          String message = loss.text + ": " + s.count + (s.count == 1 ? " entry" : " entries");
          if (loss.expected) {
            outcomes.note(new Notice(loss.code, s.key, message));
          } else {
            outcomes.incomplete(s.key, ErrorCode.ENTRY_NOT_RESTORED, message);
          }
        });
    seen.clear();
  }
}
