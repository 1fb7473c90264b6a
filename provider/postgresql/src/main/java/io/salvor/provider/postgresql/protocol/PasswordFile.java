package io.salvor.provider.postgresql.protocol;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * libpq's password file: lines of {@code host:port:database:user:password}, where {@code *} stands
 * for anything and a backslash escapes. The first line that fits counts.
 *
 * @param path such as {@code ~/.pgpass}
 */
public record PasswordFile(Path path) implements Passwords {
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  /**
   * {@inheritDoc}
   *
   * @throws SalvorException SOURCE_UNREADABLE if others may read the file, which libpq refuses too
   */
  @Override
  public char @Nullable [] of(Endpoint endpoint) throws IOException {
    List<String> lines;
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      if (permissions.stream().anyMatch(OTHERS::contains)) {
        throw new SalvorException(
            ErrorCode.SOURCE_UNREADABLE,
            "The password file " + path + " is not used",
            "Others than its owner may read or change it",
            "Run `chmod 0600 " + path + "`");
      }
      lines = Files.readAllLines(path, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return null;
    }
    String database = endpoint.database().isEmpty() ? endpoint.user() : endpoint.database();
    for (String line : lines) {
      List<String> fields = line.startsWith("#") ? List.of() : fields(line);
      if (fields.size() == 5
          && fits(fields.get(0), endpoint.isLocal() ? "localhost" : endpoint.host())
          && fits(fields.get(1), String.valueOf(endpoint.port()))
          && fits(fields.get(2), database)
          && fits(fields.get(3), endpoint.user())) {
        return fields.get(4).toCharArray();
      }
    }
    return null;
  }

  private static boolean fits(String field, String value) {
    return field.equals("*") || field.equals(value);
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        field.append(line.charAt(++i));
      } else if (c == ':' && fields.size() < 4) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    fields.add(field.toString());
    return fields;
  }
}
