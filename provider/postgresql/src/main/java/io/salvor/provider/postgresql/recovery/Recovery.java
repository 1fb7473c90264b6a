package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Recovers a restored data directory: a server that nobody else reaches replays to the goal, is
 * promoted, checked, and stopped; or waits at the goal for somebody to look.
 */
public final class Recovery {
  private static final Duration STEP = Duration.ofMillis(20);
  private static final String TOO_SHORT =
      "recovery ended before configured recovery target was reached";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String ACCESS = "access";

  /** What could reach out of this machine, hide what the server says, or keep others waiting. */
  private static final Map<String, String> ALONE =
      Map.ofEntries(
          Map.entry("archive_mode", "off"),
          Map.entry("primary_conninfo", ""),
          Map.entry("primary_slot_name", ""),
          Map.entry("synchronous_standby_names", ""),
          Map.entry("max_logical_replication_workers", "0"),
          Map.entry("ssl", "off"),
          Map.entry("allow_in_place_tablespaces", "on"),
          Map.entry("restart_after_crash", "off"),
          Map.entry("logging_collector", "off"),
          Map.entry("log_destination", "stderr"),
          Map.entry("log_line_prefix", ""),
          Map.entry("log_min_messages", "warning"),
          Map.entry("lc_messages", "C"));

  private final Request request;
  private final Sleeper sleeper;
  private final Progress progress;

  /**
   * What is to be done.
   *
   * @param data restored, owned by {@code user}, with no server on it
   * @param endIsGoal whether the end of WAL is the goal where nothing lies beyond it: a time after
   *     the last commit, and before the end of what was captured
   * @param pause whether the server is left running, waiting at the goal
   */
  public record Request(
      Installation programs,
      OsUser user,
      Path data,
      RecoveryGoal goal,
      Supplier supply,
      boolean endIsGoal,
      boolean pause) {}

  /** Makes a supply that may use an empty directory. */
  @FunctionalInterface
  public interface Supplier {
    /** Makes it. */
    WalSupply in(Path directory) throws IOException;
  }

  /**
   * What has come of it.
   *
   * @param stopped where replay ended, in the server's words; empty if that was the end of WAL
   * @param lastCommit the time of the last commit that was replayed, in its words; empty for none
   * @param segments how many files of WAL it was given
   * @param made files of its configuration that had to be made
   * @param checked what was looked at in the end
   * @param port where it listens if it was left paused, else 0
   */
  public record Outcome(
      String stopped,
      String lastCommit,
      long segments,
      List<String> made,
      Soundness.Report checked,
      int port) {}

  private Recovery(Request request, Sleeper sleeper, Progress progress) {
    this.request = request;
    this.sleeper = sleeper;
    this.progress = progress;
  }

  /**
   * Recovers.
   *
   * @throws SalvorException RECOVERY_FAILED if the server ends before the goal, RESTORE_MISMATCH if
   *     what it has recovered is not sound
   */
  public static Outcome run(Request request, Sleeper sleeper, Progress progress)
      throws IOException, InterruptedException {
    return new Recovery(request, sleeper, progress).run();
  }

  private Outcome run() throws IOException, InterruptedException {
    progress.phase("recovery");
    Path home = Files.createTempDirectory("salvor-recovery");
    request.user().own(home);
    boolean keep = false;
    try {
      Outcome outcome = in(home);
      keep = outcome.port() != 0;
      return outcome;
    } finally {
      if (!keep) {
        remove(home);
      }
    }
  }

  /** Recovers to the goal, or to the end where that is the same. */
  private Outcome in(Path home) throws IOException, InterruptedException {
    try {
      return in(directory(home.resolve("1")), request.goal());
    } catch (NotReached e) {
      if (!request.endIsGoal()) {
        throw e.told();
      }
      // All that was committed by then is there, and nothing after it that would end recovery.
      return in(directory(home.resolve("2")), request.goal().atEnd());
    }
  }

  /** WAL has ended before the goal. */
  private static final class NotReached extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final SalvorException told;

    NotReached(SalvorException told) {
      super(told);
      this.told = told;
    }

    SalvorException told() {
      return told;
    }
  }

  /**
   * A server that has reached its goal and runs.
   *
   * @param settings that it was started with
   */
  private record Recovered(
      ServerProcess server, Path home, Path own, Map<String, String> settings, Outcome outcome) {}

  private Outcome in(Path home, RecoveryGoal goal) throws IOException, InterruptedException {
    Recovered recovered = recovered(home, goal, Map.of());
    if (request.pause()) {
      return recovered.outcome();
    }
    try {
      Soundness.Report checked = check(recovered);
      Outcome of = recovered.outcome();
      return new Outcome(of.stopped(), of.lastCommit(), of.segments(), of.made(), checked, 0);
    } catch (IOException | InterruptedException | RuntimeException e) {
      try (ServerProcess _ = recovered.server()) {
        throw e;
      }
    } finally {
      remove(recovered.own());
    }
  }

  /** Starts a server, which is left running at its goal. */
  private Recovered recovered(Path home, RecoveryGoal goal, Map<String, String> more)
      throws IOException, InterruptedException {
    Path data = request.data();
    List<String> made = Configuration.complete(data, request.programs(), request.user());
    // Without a goal nothing would end recovery but the end, and a standby waits there.
    boolean waits = request.pause() && goal.isEnd();
    signal(data.resolve("recovery.signal"), !waits);
    signal(data.resolve("standby.signal"), waits);
    // What the server's user could exchange under its name is not written to.
    Path own = Files.createTempDirectory("salvor-supply");
    try {
      return recovered(home, own, goal, made, more);
    } catch (IOException | InterruptedException | RuntimeException e) {
      remove(own);
      throw e;
    }
  }

  private Recovered recovered(
      Path home, Path own, RecoveryGoal goal, List<String> made, Map<String, String> more)
      throws IOException, InterruptedException {
    WalSupply supply = request.supply().in(Files.createDirectory(own.resolve("spool")));
    WalDesk desk = WalDesk.in(home, own, request.user(), supply, request.pause());
    int port = freePort();
    Path log = own.resolve("log");
    Map<String, String> settings = new TreeMap<>(ALONE);
    settings.putAll(more);
    settings.putAll(goal.settings());
    settings.put("restore_command", desk.command());
    settings.put("wal_retrieve_retry_interval", "100ms");
    settings.put("recovery_target_action", request.pause() ? "pause" : "promote");
    settings.put("listen_addresses", request.pause() ? "127.0.0.1" : "");
    if (!request.pause()) {
      settings.put("hba_file", home.resolve(ACCESS).toString());
      // Else it waits for somebody where a setting of the source was raised meanwhile.
      settings.put("hot_standby", "off");
    }
    RecoveryLog says = new RecoveryLog(log);
    ServerProcess server = start(home, port, log, settings);
    try {
      long segments = await(server, desk, says);
      if (goal.isEnd() && !request.pause() && !supply.isSpent()) {
        throw cutShort(says);
      }
      return new Recovered(
          server,
          home,
          own,
          settings,
          new Outcome(
              says.stopped(),
              says.lastCommit(),
              segments,
              made,
              Soundness.Report.NONE,
              request.pause() ? port : 0));
    } catch (IOException | InterruptedException | RuntimeException e) {
      try (server) {
        throw e;
      }
    }
  }

  /**
   * A server that has been promoted at its goal, and runs.
   *
   * @param superuser who may look at everything
   * @param own a directory that goes with it
   */
  record Served(ServerProcess server, String superuser, Path own, Outcome outcome) {}

  /**
   * Recovers, and leaves the promoted server running for whoever asked.
   *
   * @param home an empty directory of the server's user, with a short path
   * @param more settings of the server
   */
  static Served serve(
      Request request, Path home, Map<String, String> more, Sleeper sleeper, Progress progress)
      throws IOException, InterruptedException {
    progress.phase("recovery");
    Recovery recovery = new Recovery(request, sleeper, progress);
    Recovered recovered;
    Path first = recovery.directory(home.resolve("1"));
    try {
      recovered = recovery.recovered(first, request.goal(), more);
    } catch (NotReached e) {
      if (!request.endIsGoal()) {
        throw e.told();
      }
      recovered =
          recovery.recovered(recovery.directory(home.resolve("2")), request.goal().atEnd(), more);
    }
    ServerProcess server = recovered.server();
    try {
      Optional<String> usual = Superuser.usual(server);
      if (usual.isPresent()) {
        return new Served(server, usual.get(), recovered.own(), recovered.outcome());
      }
      server.stop();
      String name = Superuser.ofStopped(request.programs(), request.user(), request.data());
      server =
          recovery.start(
              recovered.home(), freePort(), recovered.own().resolve("log"), recovered.settings());
      server.awaitReady(name, PATIENCE, sleeper);
      return new Served(server, name, recovered.own(), recovered.outcome());
    } catch (IOException | InterruptedException | RuntimeException e) {
      try (ServerProcess _ = server) {
        throw e;
      }
    }
  }

  private Path directory(Path made) throws IOException {
    Path there = Files.createDirectory(made);
    Path access = there.resolve(ACCESS);
    Files.writeString(access, "local all all trust\n");
    request.user().own(access);
    request.user().own(there);
    return there;
  }

  /** Checks what was recovered, and stops the server. */
  private Soundness.Report check(Recovered recovered) throws IOException, InterruptedException {
    progress.phase("check");
    ServerProcess first = recovered.server();
    Optional<String> usual = Superuser.usual(first);
    if (usual.isPresent()) {
      Soundness.Report report = new Soundness(first, usual.get(), request.data(), progress).check();
      first.stop();
      return report;
    }
    first.stop();
    String name = Superuser.ofStopped(request.programs(), request.user(), request.data());
    Path log = recovered.own().resolve("log");
    try (ServerProcess server = start(recovered.home(), freePort(), log, recovered.settings())) {
      server.awaitReady(name, PATIENCE, sleeper);
      return new Soundness(server, name, request.data(), progress).check();
    }
  }

  private void signal(Path file, boolean there) throws IOException {
    if (!there) {
      Files.deleteIfExists(file);
    } else if (Files.notExists(file)) {
      request.user().own(Files.createFile(file));
    }
  }

  private ServerProcess start(Path home, int port, Path log, Map<String, String> settings)
      throws IOException {
    return ServerProcess.start(
        request.programs(), request.user(), request.data(), home, port, log, settings);
  }

  /** Waits until it has reached its goal; how many files it was given. */
  private long await(ServerProcess server, WalDesk desk, RecoveryLog says)
      throws IOException, InterruptedException {
    long before = 0;
    while (true) {
      progress.checkCancelled();
      // Asked first: what it has said in the end is then there to be read.
      boolean alive = server.isAlive();
      long given = desk.serve();
      progress.advance(given - before, 0);
      before = given;
      says.follow();
      if (request.pause()
          ? says.isPaused() || says.isReadable() && desk.isExhausted()
          : says.isReady()) {
        return given;
      }
      if (!alive) {
        SalvorException failed = failed(says);
        throw says.fatal().startsWith(TOO_SHORT) ? new NotReached(failed) : failed;
      }
      sleeper.sleep(STEP);
    }
  }

  private SalvorException cutShort(RecoveryLog says) {
    return new SalvorException(
        ErrorCode.RECOVERY_FAILED,
        "The cluster in " + request.data() + " was not recovered to the end",
        "the server stopped reading before the last that was captured: " + says.doneAt(),
        "look for what is wrong with the WAL there; name a time before it, or another backup");
  }

  private SalvorException failed(RecoveryLog says) {
    String why = says.fatal().isEmpty() ? String.join("; ", says.last()).strip() : says.fatal();
    return new SalvorException(
        ErrorCode.RECOVERY_FAILED,
        "The cluster in " + request.data() + " could not be recovered to " + request.goal().text(),
        "the server has ended: " + why,
        "mend what it names, or restore to another goal; what was restored is still there");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static void remove(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
