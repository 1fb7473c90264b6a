package io.salvor.provider.postgresql.server;

import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.protocol.ServerError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A server that this process has started on a data directory, reached by a Unix socket in a
 * directory of its own. Closing it shuts the server down.
 */
public final class ServerProcess implements AutoCloseable {
  private static final String STARTING = "57P03";
  private static final Duration STEP = Duration.ofMillis(20);
  private static final int LAST_WORDS = 4096;

  private final Process process;
  private final Path sockets;
  private final int port;
  private final Path log;

  private ServerProcess(Process process, Path sockets, int port, Path log) {
    this.process = process;
    this.port = port;
    this.sockets = sockets;
    this.log = log;
  }

  /**
   * Starts one, and returns at once.
   *
   * @param sockets a short path of a directory that its user can write
   * @param port the name of its socket; the machine's port as well if it listens on addresses
   * @param settings beside those of the data directory, and before them
   */
  public static ServerProcess start(
      Installation programs,
      OsUser user,
      Path data,
      Path sockets,
      int port,
      Path log,
      Map<String, String> settings)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                programs.program("postgres").toString(),
                "-D",
                data.toString(),
                "-k",
                sockets.toString(),
                "-p",
                String.valueOf(port)));
    settings.forEach(
        (name, value) -> {
          command.add("-c");
          command.add(name + "=" + value);
        });
    Process process =
        new ProcessBuilder(user.running(command))
            .directory(data.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process.getOutputStream().close();
    return new ServerProcess(process, sockets, port, log);
  }

  /** Where it listens. */
  public Endpoint endpoint(String user, String database) {
    return new Endpoint(sockets.toString(), port, user, database, Map.of());
  }

  /**
   * Waits until it takes connections, for reading at least.
   *
   * @param most how long, not counting the attempts themselves
   * @throws IOException with its last words, if it ends or takes longer
   */
  public void awaitReady(String user, Duration most, Sleeper sleeper)
      throws IOException, InterruptedException {
    Duration left = most;
    while (true) {
      if (!process.isAlive()) {
        throw new IOException("the server has ended: " + lastWords());
      }
      if (Files.exists(sockets.resolve(".s.PGSQL." + port))) {
        try (ServerConnection connection =
            ServerConnection.open(
                endpoint(user, "template1"), Purpose.SQL, Passwords.NONE, notice -> {})) {
          var _ = connection.query("SELECT 1 AS one");
          return;
        } catch (ServerError e) {
          if (!e.state().equals(STARTING)) {
            throw e;
          }
        } catch (IOException e) {
          if (!process.isAlive()) {
            throw new IOException("the server has ended: " + lastWords(), e);
          }
        }
      }
      if (!left.isPositive()) {
        throw new IOException("the server is not ready after " + most + ": " + lastWords());
      }
      sleeper.sleep(STEP);
      left = left.minus(STEP);
    }
  }

  /** The process. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has said last. */
  public String lastWords() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long length = file.length();
      file.seek(Math.max(0, length - LAST_WORDS));
      byte[] bytes = new byte[(int) (length - file.getFilePointer())];
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }

  /** Ends it in order: connections are broken off, what was done is written down. */
  public void stop() throws IOException, InterruptedException {
    signal("INT");
    int _ = process.waitFor();
  }

  /** Ends it as a loss of power would. */
  public void kill() throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    var _ = process.destroyForcibly();
    int _ = process.waitFor();
  }

  private void signal(String name) throws IOException, InterruptedException {
    int _ = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
  }

  @Override
  public void close() throws IOException {
    try {
      signal("INT");
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      var _ = process.destroyForcibly();
    }
  }
}
