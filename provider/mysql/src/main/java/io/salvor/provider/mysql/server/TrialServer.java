package io.salvor.provider.mysql.server;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A MariaDB server that is made for a trial, in a directory of its own that goes with it: what is
 * shown on it, and tests. It takes connections by a port of the loopback interface; {@code root}
 * needs no password. As root it runs as nobody.
 */
public final class TrialServer implements AutoCloseable {
  private static final int NOBODY = 65534;
  private static final Duration STEP = Duration.ofMillis(20);
  private static final int STEPS = 3000;
  private static final List<String> DIRECTORIES =
      List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin");

  private final Path home;
  private final int port;
  private final Map<String, String> settings;
  private @Nullable Process process;

  private TrialServer(Path home, int port, Map<String, String> settings) {
    this.settings = Map.copyOf(settings);
    this.home = home;
    this.port = port;
  }

  /** Where the server's program is; empty if MariaDB is not installed. */
  public static Optional<Path> program(String name) {
    return DIRECTORIES.stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Whether one can be made here. */
  public static boolean isPossible() {
    return program("mariadbd").isPresent() && program("mariadb-install-db").isPresent();
  }

  /**
   * Makes and starts one.
   *
   * @param settings of the server, by their names without dashes before them
   */
  public static TrialServer start(Map<String, String> settings)
      throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("salvor-maria");
    if (isRoot()) {
      Files.setAttribute(home, "unix:uid", NOBODY);
      Files.setAttribute(home, "unix:gid", NOBODY);
    }
    TrialServer server = new TrialServer(home, freePort(), settings);
    try {
      server.init();
      server.up();
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process begin(List<String> command, String log) throws IOException {
    List<String> whole = new ArrayList<>();
    if (isRoot()) {
      whole.addAll(
          List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--"));
    }
    whole.addAll(command);
    Process begun =
        new ProcessBuilder(whole)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve(log).toFile()))
            .start();
    begun.getOutputStream().close();
    return begun;
  }

  private void init() throws IOException, InterruptedException {
    Process init =
        begin(
            List.of(
                program("mariadb-install-db").orElseThrow().toString(),
                "--no-defaults",
                "--datadir=" + home.resolve("data"),
                "--auth-root-authentication-method=normal",
                "--skip-test-db"),
            "init.log");
    if (init.waitFor() != 0) {
      throw new IOException(Files.readString(home.resolve("init.log")));
    }
  }

  /** Starts it again, by the same port. */
  public void up() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                program("mariadbd").orElseThrow().toString(),
                "--no-defaults",
                "--datadir=" + home.resolve("data"),
                "--socket=" + home.resolve("socket"),
                "--pid-file=" + home.resolve("pid"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--innodb-buffer-pool-size=32M",
                "--innodb-flush-log-at-trx-commit=0",
                "--skip-innodb-doublewrite"));
    settings.forEach((name, value) -> command.add("--" + name + "=" + value));
    Process started = begin(command, "server.log");
    process = started;
    for (int i = 0; i < STEPS; i++) {
      try (Session _ = Session.open(endpoint("root", ""), Passwords.NONE)) {
        return;
      } catch (ServerError e) {
        if (!started.isAlive() || i == STEPS - 1) {
          throw new IOException(
              "the server does not come up: " + Files.readString(home.resolve("server.log")), e);
        }
      }
      Sleeper.REAL.sleep(STEP);
    }
  }

  /** Somebody by the port. */
  public Endpoint endpoint(String user, String database) {
    return new Endpoint("127.0.0.1", port, user, database, Map.of());
  }

  /** Runs statements as {@code root}, in no database. */
  public void sql(String... statements) throws IOException {
    try (Session session = Session.open(endpoint("root", ""), Passwords.NONE)) {
      for (String statement : statements) {
        session.run(statement);
      }
    }
  }

  /** Ends it as a loss of power does. */
  public void kill() throws InterruptedException {
    Process running = process;
    if (running != null) {
      int _ = running.destroyForcibly().waitFor();
      process = null;
    }
  }

  /** Ends it in order. */
  public void down() throws InterruptedException {
    Process running = process;
    if (running != null) {
      running.destroy();
      int _ = running.waitFor();
      process = null;
    }
  }

  /** Where its data lie. */
  public Path data() {
    return home.resolve("data");
  }

  /** What the server's directory is; its logs lie there. */
  public Path home() {
    return home;
  }

  @Override
  public void close() throws IOException {
    Process running = process;
    if (running != null) {
      // Ends it in order.
      running.destroy();
      try {
        if (!running.waitFor(60, TimeUnit.SECONDS)) {
          var _ = running.destroyForcibly();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        var _ = running.destroyForcibly();
      }
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
