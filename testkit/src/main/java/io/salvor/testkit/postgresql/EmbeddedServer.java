package io.salvor.testkit.postgresql;

import io.salvor.provider.postgresql.server.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server of PostgreSQL that comes as an artifact of Maven: postgres, initdb and pg_ctl with
 * their libraries, for Linux on amd64. It is unpacked once, by tar and xz, into a cache: {@code
 * /var/cache/salvor-test} for root, whose servers run as somebody else who has to come there; else
 * {@code salvor-test} in the XDG cache.
 *
 * <p>The property {@code salvor.test.postgresql} names another artifact's jar than that of the
 * class path.
 */
public final class EmbeddedServer {
  private static final String ARCHIVE = "postgres-linux-x86_64.txz";
  private static final Pattern JAR = Pattern.compile("-linux-amd64-([0-9.]+)\\.jar!/");

  private EmbeddedServer() {}

  /** It, unpacked; empty where it is not on the class path, or does not run on this machine. */
  public static Optional<Installation> find() throws IOException, InterruptedException {
    String other = System.getProperty("salvor.test.postgresql");
    URL archive =
        other == null
            ? EmbeddedServer.class.getClassLoader().getResource(ARCHIVE)
            : URI.create("jar:" + Path.of(other).toUri() + "!/" + ARCHIVE).toURL();
    Matcher jar = JAR.matcher(String.valueOf(archive));
    if (archive == null || !jar.find()) {
      return Optional.empty();
    }
    Path home = cache().resolve("postgresql-" + jar.group(1));
    if (Files.notExists(home) && !unpack(archive, home)) {
      return Optional.empty();
    }
    try {
      return Installation.at(home.resolve("bin"));
    } catch (IOException e) {
      // Built for other machines.
      return Optional.empty();
    }
  }

  private static Path cache() {
    if ("root".equals(System.getProperty("user.name"))) {
      return Path.of("/var/cache/salvor-test");
    }
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    Path base = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
    return base.resolve("salvor-test");
  }

  /** Whole or not at all, for several may be at it. */
  private static boolean unpack(URL archive, Path home) throws IOException, InterruptedException {
    Path cache = Files.createDirectories(home.resolveSibling("."));
    Path unpacked = Files.createTempDirectory(cache, "unpacking");
    Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path packed = unpacked.resolve(ARCHIVE);
    try (InputStream in = archive.openStream()) {
      Files.copy(in, packed);
    }
    int status =
        new ProcessBuilder("tar", "-xJf", packed.toString(), "-C", unpacked.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
    Files.delete(packed);
    if (status != 0) {
      remove(unpacked);
      return false;
    }
    try {
      Files.move(unpacked, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      remove(unpacked);
    }
    return true;
  }

  private static void remove(Path directory) throws IOException, InterruptedException {
    int _ = new ProcessBuilder("rm", "-rf", directory.toString()).start().waitFor();
  }
}
