package io.salvor.provider.files.target;

import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where file systems are mounted below a directory. */
final class Mounts {
  private static final Path TABLE = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT = 4;

  private Mounts() {}

  /** Keys of what is mounted below a directory, whose path leads over no links. */
  static List<Key> below(Path directory) throws IOException {
    if (!Files.isReadable(TABLE)) {
      return List.of();
    }
    // Bytes one by one, for names need not be UTF-8.
    try (Stream<String> lines = Files.lines(TABLE, StandardCharsets.ISO_8859_1)) {
      return below(directory, lines);
    }
  }

  static List<Key> below(Path directory, Stream<String> table) {
    byte[] path = directory.toString().getBytes(StandardCharsets.UTF_8);
    String top = new String(path, StandardCharsets.ISO_8859_1);
    String prefix = top.endsWith("/") ? top : top + "/";
    List<Key> keys = new ArrayList<>();
    table
        .map(line -> line.split(" ", MOUNT_POINT + 2))
        .filter(fields -> fields.length > MOUNT_POINT)
        .map(fields -> plain(fields[MOUNT_POINT]))
        .filter(mounted -> mounted.startsWith(prefix) && mounted.length() > prefix.length())
        .distinct()
        .forEach(mounted -> keys.add(key(mounted.substring(prefix.length()))));
    return keys;
  }

  private static Key key(String path) {
    return Key.of(
        Stream.of(path.split("/"))
            .map(part -> part.getBytes(StandardCharsets.ISO_8859_1))
            .toArray(byte[][]::new));
  }

  /** Blanks, tabs, line ends and backslashes are written as three octal digits. */
  private static String plain(String escaped) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\' && i + 3 < escaped.length()) {
        plain.append((char) Integer.parseInt(escaped.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
