package io.salvor.provider.postgresql.server;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that is made for a trial, in a directory of its own that goes with it: what is shown on
 * it, and tests. The superuser {@code owner} needs no password by the Unix socket; everybody else
 * has one, by a port of the loopback interface. What it writes is not forced onto the disk.
 */
public final class TrialCluster implements AutoCloseable {
  private static final int NOBODY = 65534;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Installation programs;
  private final OsUser user;
  private final Path home;
  private final int port;
  private @Nullable ServerProcess server;

  private TrialCluster(Installation programs, OsUser user, Path home, int port) {
    this.programs = programs;
    this.user = user;
    this.home = home;
    this.port = port;
  }

  /**
   * Makes and starts one.
   *
   * @param settings of the server
   */
  public static TrialCluster start(Installation programs, Map<String, String> settings)
      throws IOException, InterruptedException {
    boolean root = "root".equals(System.getProperty("user.name"));
    OsUser user = root ? new OsUser(NOBODY, NOBODY) : OsUser.SELF;
    Path home = Files.createTempDirectory("salvor-pg");
    user.own(home);
    TrialCluster cluster = new TrialCluster(programs, user, home, freePort());
    try {
      cluster.init();
      cluster.up(settings);
      return cluster;
    } catch (IOException | InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void init() throws IOException, InterruptedException {
    run(
        programs.program("initdb").toString(),
        "-D",
        data().toString(),
        "-U",
        "owner",
        "--auth-local=trust",
        "--auth-host=scram-sha-256",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
        "--data-checksums");
  }

  /** Runs a program as the server's user. */
  public void run(String... command) throws IOException, InterruptedException {
    Path log = home.resolve("commands.log");
    Process process =
        new ProcessBuilder(user.running(List.of(command)))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + Files.readString(log));
    }
  }

  /** Starts the server, which is down. */
  public void up(Map<String, String> settings) throws IOException, InterruptedException {
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("listen_addresses", "127.0.0.1");
    all.putIfAbsent("fsync", "off");
    Path log = home.resolve("server.log");
    ServerProcess started = ServerProcess.start(programs, user, data(), home, port, log, all);
    server = started;
    started.awaitReady("owner", PATIENCE, Sleeper.REAL);
  }

  /** Where it keeps its data. */
  public Path data() {
    return home.resolve("data");
  }

  /** A directory that the server's user owns. */
  public Path home() {
    return home;
  }

  /** Its process. */
  public ServerProcess server() {
    if (server == null) {
      throw new IllegalStateException("the server was not started");
    }
    return server;
  }

  /** Its programs. */
  public Installation programs() {
    return programs;
  }

  /** The superuser, by the socket. */
  public Endpoint local(String database) {
    return new Endpoint(home.toString(), port, "owner", database, Map.of());
  }

  /** Somebody by the port. */
  public Endpoint remote(String login, String database, Map<String, String> options) {
    return new Endpoint("127.0.0.1", port, login, database, options);
  }

  /** Runs statements as the superuser. */
  public void sql(String... statements) throws IOException {
    try (ServerConnection connection =
        ServerConnection.open(local("postgres"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      for (String statement : statements) {
        var _ = connection.query(statement);
      }
    }
  }

  /** Puts a line before the others of {@code pg_hba.conf}. */
  public void allow(String line) throws IOException {
    Path file = data().resolve("pg_hba.conf");
    String before = Files.readString(file);
    Files.writeString(file, line + "\n" + before, StandardCharsets.UTF_8);
    sql("SELECT pg_reload_conf()");
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
