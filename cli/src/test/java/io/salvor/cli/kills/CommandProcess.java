package io.salvor.cli.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.cli.kills.CommandServer.Asked;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A {@link CommandServer}, seen from the process that asks it and kills it. */
final class CommandProcess implements AutoCloseable {
  private final Process process;
  private final Writer asked;
  private final BufferedReader answers;

  CommandProcess() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx144m",
                "-Xshare:auto",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                CommandServer.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    asked = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Runs a command to its end. */
  Answer run(Asked command) throws IOException {
    return run(command, Duration.ofDays(1)).orElseThrow();
  }

  /**
   * Runs a command, and kills the process after so long.
   *
   * @return empty if the command had not answered by then
   */
  Optional<Answer> run(Asked command, Duration life) throws IOException {
    asked.write(CommandServer.write(command) + "\n");
    asked.flush();
    Thread killer =
        Thread.ofVirtual()
            .start(
                () -> {
                  LockSupport.parkNanos(life.toNanos());
                  if (!Thread.interrupted()) {
                    process.toHandle().destroyForcibly();
                  }
                });
    String line = answers.readLine();
    killer.interrupt();
    if (line != null && line.endsWith(CommandServer.MARK)) {
      return Optional.of(CommandServer.answer(line));
    }
    try {
      assertThat(process.waitFor()).as("killed, not ended by itself").isEqualTo(137);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }

  /** Whether it can be asked still. */
  boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
