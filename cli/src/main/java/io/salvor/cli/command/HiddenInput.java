package io.salvor.cli.command;

import io.salvor.engine.error.Exit;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads a line from the terminal without showing it. The JDK's console needs standard output to be
 * a terminal, which it is not in {@code salvor cat … > file}.
 */
record HiddenInput(PrintStream messages, Interruption interruption) {
  private static final Path TERMINAL = Path.of("/dev/tty");

  char[] read(String prompt) throws IOException {
    interruption.onSignal(
        () -> {
          showAgain();
          messages.println();
          Runtime.getRuntime().halt(Exit.INTERRUPTED.code());
        });
    interruption.check();
    stty("-echo");
    messages.print(prompt);
    messages.flush();
    try (Reader reader =
        new InputStreamReader(Files.newInputStream(TERMINAL), StandardCharsets.UTF_8)) {
      return line(reader);
    } finally {
      interruption.onSignal(null);
      showAgain();
      messages.println();
    }
  }

  private static char[] line(Reader reader) throws IOException {
    char[] typed = new char[64];
    int length = 0;
    for (int c = reader.read(); c != '\n'; c = reader.read()) {
      if (c < 0) {
        throw new EOFException("it has ended");
      }
      if (length == typed.length) {
        char[] longer = Arrays.copyOf(typed, length * 2);
        Arrays.fill(typed, '\0');
        typed = longer;
      }
      typed[length++] = (char) c;
    }
    char[] line = Arrays.copyOf(typed, length);
    Arrays.fill(typed, '\0');
    return line;
  }

  private static void showAgain() {
    try {
      stty("echo");
    } catch (IOException e) {
      // The shell shows it again; nothing better can be done here.
      return;
    }
  }

  private static void stty(String setting) throws IOException {
    Process process =
        new ProcessBuilder("stty", setting).redirectInput(new File(TERMINAL.toString())).start();
    try {
      if (process.waitFor() != 0) {
        throw new IOException("stty " + setting + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
