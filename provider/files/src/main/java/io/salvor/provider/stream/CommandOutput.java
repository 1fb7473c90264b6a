package io.salvor.provider.stream;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a command writes to its standard output. The command starts when the capture does, gets
 * nothing to read, and does not see the credentials of the repository in its environment.
 */
public final class CommandOutput implements Source {
  /** As it stands in manifests. */
  public static final String NAME = "command";

  private static final String KEY = "stdout";
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");
  private static final long LOOK_MILLIS = 100;
  private static final long GRACE_SECONDS = 2;

  private final List<String> command;
  private final Patterns patterns;
  private final Posix posix;
  private final InstantSource clock;

  /**
   * Of a program and its arguments.
   *
   * @throws SalvorException USAGE if there is none
   */
  public CommandOutput(List<String> command, InstantSource clock) {
    this(command, List.of(), clock);
  }

  /**
   * The same.
   *
   * @param sensitive patterns, of which one matches the output's name if it is sensitive
   */
  public CommandOutput(List<String> command, List<String> sensitive, InstantSource clock) {
    if (command.isEmpty()) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "There is no command to back up the output of",
          "Nothing follows --",
          "Write --stdin-from -- command arguments");
    }
    this.command = List.copyOf(command);
    this.patterns = new Patterns(List.of(), List.of(), sensitive);
    this.posix = Posix.system();
    this.clock = clock;
  }

  @Override
  public String provider() {
    return NAME;
  }

  @Override
  public String address() {
    return NAME + ":" + commandLine();
  }

  @Override
  public Patterns patterns() {
    return patterns;
  }

  @Override
  public void capture(Capture capture) throws IOException, InterruptedException {
    Process process = start();
    try {
      LastLines complaints = LastLines.of(process.getErrorStream());
      ContentSink sink = new Sensitivity(patterns.sensitive()).content(capture, Key.of(KEY));
      Feed.Stored stored = Feed.store(process.getInputStream(), sink, capture.progress());
      int status = await(process, capture.progress());
      String said = complaints.text();
      if (status != 0) {
        throw new SalvorException(
            ErrorCode.COMMAND_FAILED,
            "The command ended with status " + status + ": " + commandLine(),
            said.isEmpty() ? "It wrote nothing to its standard error" : said,
            "Mend the command and run the backup again; this one was not kept");
      }
      if (!said.isEmpty()) {
        capture.progress().warn("command-said", KEY, said);
      }
      capture.put(Key.of(KEY), StreamEntry.of(stored, posix, clock.instant()));
    } finally {
      end(process);
    }
  }

  @Override
  public void close() {}

  private Process start() {
    ProcessBuilder builder = new ProcessBuilder(command).redirectInput(Redirect.from(nothing()));
    withoutCredentials(builder.environment());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new SalvorException(
          ErrorCode.COMMAND_FAILED,
          "Cannot start the command " + commandLine(),
          String.valueOf(e.getMessage()),
          "Check that the program exists and may be run",
          e);
    }
  }

  private static File nothing() {
    return new File("/dev/null");
  }

  private static void withoutCredentials(Map<String, String> environment) {
    environment
        .keySet()
        .removeIf(name -> name.startsWith("SALVOR_PASSWORD") || name.equals("SALVOR_TOKEN"));
  }

  private static int await(Process process, Progress progress) throws InterruptedException {
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      progress.checkCancelled();
    }
    return process.exitValue();
  }

  /** Ends a command that is still running, and what it has started. */
  private static void end(Process process) throws InterruptedException {
    if (!process.isAlive()) {
      return;
    }
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroy);
    if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
      all.forEach(ProcessHandle::destroyForcibly);
      process.waitFor();
    }
  }

  private String commandLine() {
    return String.join(" ", command.stream().map(CommandOutput::quoted).toList());
  }

  /** As a shell would have to be told. */
  private static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
