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
import java.util.Random;

/**
 * The run that the JDK's ahead-of-time cache is made of: the everyday commands, once, in one
 * process.
 *
 * <p>The launcher starts it after a build with a scratch directory as its argument, and with the
 * repository, the password and the local state set by environment variables to lie in it. What a
 * command answers does not matter here; one that fails only makes the cache less good.
 *
 * <p>The cache keeps what the JVM has learned of hot methods, too, so there is enough work for the
 * methods of a large backup to become hot.
 */
final class Training {
  private static final int FILES = 4_000;
  private static final int DIRECTORIES = 150;
  private static final int LARGE = 24 << 20;

  private Training() {}

  public static void main(String[] arguments) throws IOException {
    Path scratch = Path.of(arguments[0]);
    Path source = scratch.resolve("source");
    fill(source);
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

  /** Many small files that compress, and one that is cut into chunks. */
  private static void fill(Path source) throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < FILES; i++) {
      Path directory = Files.createDirectories(source.resolve("directory-" + i % DIRECTORIES));
      Files.write(directory.resolve("file-" + i), words(random, 200 + random.nextInt(20_000)));
    }
    Files.write(source.resolve("large"), words(random, LARGE));
  }

  private static byte[] words(Random random, int size) {
    byte[] text = new byte[size];
    for (int at = 0; at < size; ) {
      int word = random.nextInt(1 << 12);
      for (int n = 2 + word % 8; n > 0 && at < size; n--, word = word * 31 + 7) {
        text[at++] = (byte) ('a' + (word & 0x7fff) % 26);
      }
      if (at < size) {
        text[at++] = ' ';
      }
    }
    return text;
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
        List.of("verify", "--depth", "full"),
        List.of("restore", "latest", "--to", target.toString()));
  }
}
