package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.engine.entry.Device;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import java.time.Instant;
import java.util.Locale;

/** An entry as people and programs see it. */
final class EntryText {
  private EntryText() {}

  /** The kind's word: {@code file}, {@code directory}, {@code character-device}… */
  static String kind(EntryKind kind) {
    return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The key; a root is a dot. */
  static String key(Key key) {
    return key.isRoot() ? "." : key.toString();
  }

  /** The time, as near as an instant can be. */
  static Instant instant(PosixTime time) {
    long seconds =
        Math.clamp(time.seconds(), Instant.MIN.getEpochSecond(), Instant.MAX.getEpochSecond());
    return Instant.ofEpochSecond(seconds, time.nanos());
  }

  /** Writes key, kind, size, time and what else there is into an object that has been begun. */
  static void write(Key key, Entry entry, JsonDocument json) {
    json.field("key", key.toString());
    json.field("kind", kind(entry.kind()));
    json.field("size", entry.size());
    json.field("modified", instant(entry.mtime()));
    metadata(entry, json);
    if (entry.isSensitive()) {
      json.field("sensitive", true);
    }
  }

  /** Writes mode, owners, target and device, or the attributes of what is of a database. */
  static void metadata(Entry entry, JsonDocument json) {
    if (entry.kind().isOfDatabase()) {
      json.object(
          "attributes",
          () ->
              entry
                  .attributes()
                  .values()
                  .forEach(
                      (name, value) -> {
                        if (value instanceof Long number) {
                          json.field(name, number);
                        } else {
                          json.field(name, String.valueOf(value));
                        }
                      }));
      return;
    }
    json.field("mode", String.format(Locale.ROOT, "%04o", entry.mode()));
    json.field("user", owner(entry.user()));
    json.field("group", owner(entry.group()));
    byte[] target = entry.target();
    if (target != null) {
      json.field("target", KeyText.name(target));
    }
    Device device = entry.device();
    if (device != null) {
      json.field("device", device.major() + ":" + device.minor());
    }
  }

  /** The name, else the number. */
  static String owner(Owner owner) {
    byte[] name = owner.name();
    return name == null ? Long.toString(owner.id()) : KeyText.name(name);
  }

  /** Kind and mode as {@code ls -l} shows them. */
  static String mode(Entry entry) {
    char kind =
        switch (entry.kind()) {
          case FILE -> '-';
          case DIRECTORY -> 'd';
          case SYMLINK -> 'l';
          case FIFO -> 'p';
          case SOCKET -> 's';
          case CHARACTER_DEVICE -> 'c';
          case BLOCK_DEVICE -> 'b';
          case TABLE -> 't';
          case DEFINITION -> 'q';
          case UNKNOWN -> '?';
        };
    if (entry.kind().isOfDatabase()) {
      return kind + "         ";
    }
    char[] text = {kind, 'r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'};
    int mode = entry.mode();
    for (int i = 0; i < 9; i++) {
      if ((mode & 0400 >> i) == 0) {
        text[i + 1] = '-';
      }
    }
    special(text, 3, (mode & 04000) != 0, 's');
    special(text, 6, (mode & 02000) != 0, 's');
    special(text, 9, (mode & 01000) != 0, 't');
    return new String(text);
  }

  private static void special(char[] text, int at, boolean set, char letter) {
    if (set) {
      text[at] = text[at] == '-' ? Character.toUpperCase(letter) : letter;
    }
  }

  /** What follows the name: a link's target. */
  static String suffix(Entry entry) {
    byte[] target = entry.target();
    return target == null ? "" : " -> " + KeyText.name(target);
  }
}
