package io.salvor.testkit.reader;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.repository.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes golden repositories, once for a version of the format: {@code GoldenGenerator <directory of
 * resources> <empty directory to work in>}. The passphrase is {@code secret}.
 */
final class GoldenGenerator {
  private final Path to;
  private final Path temp;

  private GoldenGenerator(Path to, Path temp) {
    this.to = to;
    this.temp = temp;
  }

  /** Makes all that is not there yet. */
  public static void main(String[] arguments) throws Exception {
    GoldenGenerator generator =
        new GoldenGenerator(
            Files.createDirectories(Path.of(arguments[0])),
            Files.createDirectories(Path.of(arguments[1])));
    if (Files.exists(generator.to.resolve(GoldenRepository.HEALTHY.fileName()))) {
      throw new IllegalStateException("golden repositories are never made again");
    }
    generator.make();
  }

  private void make() throws Exception {
    History history = new History(temp);
    Path source = Files.createDirectory(temp.resolve("source"));
    Files.writeString(source.resolve("readme"), "read me\n".repeat(300));
    Files.createDirectories(source.resolve("a directory/empty"));
    Files.write(source.resolve("a directory/photo"), History.noise(1, 5_000));
    Files.createLink(source.resolve("twin"), source.resolve("readme"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("a directory/photo"));
    for (int i = 0; i < 120; i++) {
      Files.writeString(source.resolve("a directory/entry " + i), "number " + i);
    }
    history.backup(source);
    Files.write(source.resolve("forgotten"), History.noise(2, 8_000));
    BackupId forgotten = history.backup(source).backup().id();
    Files.delete(source.resolve("forgotten"));
    Files.writeString(source.resolve("readme"), "read me again\n");
    History.sparse(source.resolve("holes"), 20);
    BackupId last = history.backup(source).backup().id();
    history.machine.forget(history.storage(), forgotten);
    history.machine.prune(history.storage());
    history.dieAfterACheckpoint("map:other");
    try (Repository repository = history.machine.open(history.storage())) {
      Facts.add(repository, new Fact.Hold(last, "audit"), "tester");
    }
    Files.write(to.resolve("contents.txt"), contents(history.read()));
    pack(history.directory, GoldenRepository.HEALTHY);
    Path dataPack = largest(GoldenRepository.objects(history.directory, "packs"));
    byte[] bytes = Files.readAllBytes(dataPack);
    bytes[bytes.length / 2] ^= 1;
    damaged(history, dataPack, bytes, GoldenRepository.FLIPPED_BYTE);
    damaged(history, newest(history, "index"), null, GoldenRepository.LOST_SEGMENT);
    damaged(history, newest(history, "backups"), null, GoldenRepository.LOST_MANIFEST);
  }

  /** Packs it with one object damaged or gone, and puts that back. */
  private void damaged(History history, Path object, byte[] bytes, GoldenRepository as)
      throws Exception {
    Path aside = temp.resolve("aside");
    Files.move(object, aside, StandardCopyOption.REPLACE_EXISTING);
    if (bytes != null) {
      Files.write(object, bytes);
    }
    pack(history.directory, as);
    Files.move(aside, object, StandardCopyOption.REPLACE_EXISTING);
  }

  private void pack(Path repository, GoldenRepository as) throws Exception {
    GoldenRepository.pack(repository, to.resolve(as.fileName()));
  }

  private static Path largest(List<Path> files) throws Exception {
    Path largest = files.getFirst();
    for (Path file : files) {
      largest = Files.size(file) > Files.size(largest) ? file : largest;
    }
    return largest;
  }

  private static Path newest(History history, String below) throws Exception {
    Path newest = null;
    for (Path file : GoldenRepository.objects(history.directory, below)) {
      boolean later =
          newest == null
              || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(newest)) > 0;
      newest = later ? file : newest;
    }
    return newest;
  }

  /** A line for each entry of each backup: its backup, path, kind, size and content. */
  static List<String> contents(RepositoryReader reader) throws Exception {
    List<String> lines = new ArrayList<>();
    for (Backup backup : reader.backups()) {
      reader.entries(
          backup,
          (key, entry) -> {
            String path = String.join("/", key.parts().stream().map(String::new).toList());
            var digest = Suite.newSha256();
            for (Extent extent : reader.extents(entry)) {
              digest.update(
                  extent.isHole() ? new byte[(int) extent.length()] : reader.data(entry, extent));
            }
            lines.add(
                String.join(
                    "\t",
                    backup.manifest().id(),
                    "./" + path,
                    entry.kind().name(),
                    Long.toString(entry.size()),
                    Id.of(digest.digest()).hex()));
          });
    }
    return lines;
  }
}
