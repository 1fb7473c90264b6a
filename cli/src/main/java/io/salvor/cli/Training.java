package io.salvor.cli;

import io.salvor.cli.command.Interruption;
import io.salvor.cli.command.Invocation;
import io.salvor.cli.console.Console;
import io.salvor.cli.console.Console.Terminals;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The run that the JDK's ahead-of-time cache is made of: the everyday commands, once, in one
 * process.
 *
 * <p>The launcher starts it after a build with a scratch directory as its argument, and with the
 * repository, the password and the local state set by environment variables to lie in it. What a
 * command answers does not matter here; one that fails only makes the cache less good.
 */
final class Training {
  private Training() {}

  public static void main(String[] arguments) throws IOException {
    Path scratch = Path.of(arguments[0]);
    Path source = Files.createDirectories(scratch.resolve("source"));
    for (int i = 0; i < 20; i++) {
      Files.write(source.resolve("file-" + i), new byte[i * 5_000]);
    }
    // The JVM's own streams stay as they are: whatever it has to say of the cache goes there.
    Console nowhere =
        new Console(
            InputStream.nullInputStream(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            Terminals.NONE);
    Invocation invocation = new Invocation(Wiring.machine(nowhere, new Interruption()));
    int _ = Main.run("--version");
    for (List<String> command : commands(source, scratch.resolve("target"))) {
      int _ = invocation.run(command.toArray(String[]::new));
    }
  }

  private static List<List<String>> commands(Path source, Path target) {
    return List.of(
        List.of("help"),
        List.of("help", "backup"),
        List.of("init"),
        List.of("backup", source.toString()),
        List.of("backup", source.toString(), "--json"),
        List.of("list"),
        List.of("list", "--json"),
        List.of("ls", "latest"),
        List.of("verify"),
        List.of("restore", "latest", "--to", target.toString()));
  }
}
