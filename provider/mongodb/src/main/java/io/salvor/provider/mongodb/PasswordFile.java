package io.salvor.provider.mongodb;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A file whose first line is the password.
 *
 * @param path as a person has named it
 */
public record PasswordFile(Path path) implements Passwords {
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  /**
   * {@inheritDoc}
   *
   * @throws SalvorException SOURCE_UNREADABLE if it cannot be read, or others may read it
   */
  @Override
  public String of(Endpoint endpoint) throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
      if (permissions.stream().anyMatch(OTHERS::contains)) {
        throw refused("Others than its owner and its group may read or change it");
      }
      return Files.readString(path, StandardCharsets.UTF_8).lines().findFirst().orElse("");
    } catch (IOException e) {
      throw refused("It cannot be read: " + e);
    }
  }

  private SalvorException refused(String why) {
    return new SalvorException(
        ErrorCode.SOURCE_UNREADABLE,
        "The password file " + path + " is not used",
        why,
        "Let MONGODB_PASSWORD_FILE name a file with the password in its first line, mode 0600");
  }
}
