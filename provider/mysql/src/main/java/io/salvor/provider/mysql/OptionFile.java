package io.salvor.provider.mysql;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The client's option file: {@code user} and {@code password} of its groups {@code [client]},
 * {@code [client-server]} and {@code [client-mariadb]}; of several lines the last counts. Included
 * files are not read.
 *
 * @param path such as {@code ~/.my.cnf}
 */
public record OptionFile(Path path) implements Passwords {
  private static final Set<String> GROUPS =
      Set.of("[client]", "[client-server]", "[client-mariadb]");
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /**
   * {@inheritDoc}
   *
   * @throws SalvorException SOURCE_UNREADABLE if others may read the file that has it
   */
  @Override
  public @Nullable String of(Endpoint endpoint) throws IOException {
    String password = options().get("password");
    if (password != null
        && Files.getPosixFilePermissions(path).stream().anyMatch(OTHERS::contains)) {
      throw new SalvorException(
          ErrorCode.SOURCE_UNREADABLE,
          "The password in " + path + " is not used",
          "Others than its owner may read or change it",
          "Run `chmod 0600 " + path + "`");
    }
    return password;
  }

  /** Who logs in where an address names nobody; null if the file does not say. */
  public @Nullable String user() {
    try {
      return options().get("user");
    } catch (IOException e) {
      return null;
    }
  }

  private Map<String, String> options() throws IOException {
    Map<String, String> options = new HashMap<>();
    boolean ours = false;
    try {
      for (String raw : Files.readAllLines(path, StandardCharsets.UTF_8)) {
        String line = raw.strip();
        if (line.startsWith("[")) {
          ours = GROUPS.contains(line);
        } else if (ours && !line.startsWith("#") && !line.startsWith(";")) {
          int equals = line.indexOf('=');
          if (equals > 0) {
            options.put(
                line.substring(0, equals).strip(), value(line.substring(equals + 1).strip()));
          }
        }
      }
    } catch (NoSuchFileException e) {
      return Map.of();
    }
    return options;
  }

  /** Without its quotes or what comes behind a #, its escapes undone. */
  private static String value(String text) {
    String plain = text;
    if (text.length() > 1
        && (text.startsWith("'") || text.startsWith("\""))
        && text.charAt(text.length() - 1) == text.charAt(0)) {
      plain = text.substring(1, text.length() - 1);
    } else {
      int comment = text.indexOf('#');
      plain = comment < 0 ? text : text.substring(0, comment).strip();
    }
    StringBuilder value = new StringBuilder();
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      if (c != '\\' || i + 1 == plain.length()) {
        value.append(c);
        continue;
      }
      char next = plain.charAt(++i);
      value.append(
          switch (next) {
            case 's' -> " ";
            case 't' -> "\t";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 'b' -> "\b";
            case '\\', '"', '\'' -> String.valueOf(next);
            default -> "\\" + next;
          });
    }
    return value.toString();
  }
}
