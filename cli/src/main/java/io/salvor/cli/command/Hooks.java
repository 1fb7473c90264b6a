package io.salvor.cli.command;

import io.salvor.cli.console.PlainText;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Commands of a shell that run around a backup, for instance to hold an application still. Their
 * environment says what happens; the credentials of the repository are not in it.
 */
final class Hooks {
  private static final long LOOK_MILLIS = 100;

  private final @Nullable String before;
  private final @Nullable String after;
  private final Session session;
  private final Map<String, String> told = new TreeMap<>();

  private record Ended(int status, String lastWords) {}

  Hooks(
      @Nullable String before,
      @Nullable String after,
      String sources,
      String host,
      Session session) {
    this.before = before;
    this.after = after;
    this.session = session;
    told.put("SALVOR_SOURCE", sources);
    told.put("SALVOR_HOST", host);
  }

  /**
   * Runs the one that comes before.
   *
   * @throws SalvorException HOOK_BEFORE_FAILED
   */
  void before() throws IOException, InterruptedException {
    if (before == null) {
      return;
    }
    Ended ended = run("before", before, true);
    if (ended.status() != 0) {
      throw new SalvorException(
          ErrorCode.HOOK_BEFORE_FAILED,
          "The command of --before ended with status " + ended.status() + ", nothing was backed up",
          ended.lastWords().isEmpty() ? "it said nothing" : ended.lastWords(),
          "mend it, and run the backup again");
    }
  }

  /**
   * Runs the one that comes after, whatever has happened.
   *
   * @param status success, partial, failed or interrupted
   * @param backup the backup's id, empty if there is none
   * @param error the code of what has failed, empty if nothing has
   * @return what is wrong with it, null if nothing is
   */
  @Nullable String after(String status, String backup, String error)
      throws IOException, InterruptedException {
    if (after == null) {
      return null;
    }
    told.put("SALVOR_STATUS", status);
    told.put("SALVOR_BACKUP", backup);
    told.put("SALVOR_ERROR", error);
    Ended ended = run("after", after, false);
    return ended.status() == 0
        ? null
        : "the command of --after ended with status "
            + ended.status()
            + (ended.lastWords().isEmpty() ? "" : ": " + ended.lastWords());
  }

  private Ended run(String which, String command, boolean cancellable)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .directory(session.machine().directory().toFile());
    Map<String, String> environment = builder.environment();
    environment.putAll(session.machine().environment());
    environment
        .keySet()
        .removeIf(name -> name.startsWith("SALVOR_PASSWORD") || name.equals("SALVOR_TOKEN"));
    environment.put("SALVOR_HOOK", which);
    environment.putAll(told);
    Process process = builder.start();
    StringBuilder last = new StringBuilder();
    Thread words = Thread.ofVirtual().start(() -> pass(which, process, last));
    try {
      while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (cancellable) {
          session.checkCancelled();
        }
      }
      // What it has left running may hold its output open.
      words.join(java.time.Duration.ofSeconds(1));
    } finally {
      if (process.isAlive()) {
        Stream.concat(process.descendants(), Stream.of(process.toHandle()))
            .forEach(ProcessHandle::destroy);
      }
    }
    synchronized (last) {
      return new Ended(process.exitValue(), last.toString());
    }
  }

  /** Its words go to standard error: standard output is the backup's. */
  private void pass(String which, Process process, StringBuilder last) {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String plain = PlainText.of(line);
        session.say(which + ": " + plain);
        if (!plain.isBlank()) {
          synchronized (last) {
            last.setLength(0);
            last.append(plain.strip());
          }
        }
      }
    } catch (IOException e) {
      // Its status tells what has become of it.
      return;
    }
  }
}
