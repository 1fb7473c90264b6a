package io.salvor.testkit.reader;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The reader as a command: {@code <repository> list}, {@code <repository> check}, {@code
 * <repository> tar <backup>} to standard output. The passphrase is in {@code SALVOR_PASSPHRASE}.
 */
public final class Main {
  private Main() {}

  /** Runs one command; what it finds damaged goes to standard error. */
  public static void main(String[] arguments) throws IOException {
    String passphrase = System.getenv("SALVOR_PASSPHRASE");
    if (passphrase == null || arguments.length < 2) {
      System.err.println("usage: SALVOR_PASSPHRASE=… <repository> list|check|tar <backup>");
      System.exit(2);
      return;
    }
    RepositoryReader reader =
        RepositoryReader.open(Path.of(arguments[0]), passphrase.getBytes(StandardCharsets.UTF_8));
    run(reader, List.of(arguments).subList(1, arguments.length), System.out);
    reader.findings().forEach(System.err::println);
    System.exit(reader.findings().isEmpty() ? 0 : 1);
  }

  private static void run(RepositoryReader reader, List<String> words, PrintStream out)
      throws IOException {
    switch (words.getFirst()) {
      case "list" -> {
        for (Backup backup : reader.backups()) {
          Manifest m = backup.manifest();
          out.printf(
              "%s status %d, %d entries of %s%n",
              m.id(), m.status(), m.root().entries(), m.source());
        }
      }
      case "check" -> reader.checkPacks();
      case "tar" -> {
        for (Backup backup : reader.backups()) {
          if (words.size() == 2 && backup.manifest().id().equals(words.get(1))) {
            try (BufferedOutputStream tar = new BufferedOutputStream(out)) {
              Extraction.extract(reader, backup, tar);
            }
          }
        }
      }
      default -> throw new IOException("no such command: " + words.getFirst());
    }
  }
}
