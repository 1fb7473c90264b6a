package io.salvor.testkit.bounds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java with the options that the launcher gives it, read from the launcher itself. */
final class LaunchedJava {
  private static final Path LAUNCHER = Path.of("../cli/src/main/launcher/lib/launch.sh");

  private LaunchedJava() {}

  static List<String> command(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    boolean inCommand = false;
    for (String line : Files.readAllLines(LAUNCHER)) {
      inCommand |= line.contains("exec \"$java_home/bin/java\"");
      if (inCommand && line.contains("SALVOR_JAVA_OPTS")) {
        break;
      }
      if (inCommand) {
        for (String word : line.strip().split("[ \\\\]+")) {
          if (word.startsWith("-X") || word.startsWith("--")) {
            command.add(word);
          }
        }
      }
    }
    if (command.stream().noneMatch(word -> word.startsWith("-Xmx"))) {
      throw new IllegalStateException("no bound of the heap in " + LAUNCHER + ": " + command);
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }
}
