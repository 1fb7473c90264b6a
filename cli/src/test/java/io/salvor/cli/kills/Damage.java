package io.salvor.cli.kills;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Damages repositories in directories. */
final class Damage {
  private Damage() {}

  /**
   * Turns a bit in some object, or takes it away; not in {@code salvor}, nor of a session.
   *
   * @return what was done
   */
  static String somewhere(Path repository, Random random) throws IOException {
    List<String> kinds = List.of("packs", "packs", "index", "backups", "facts", "ledger", "keys");
    List<Path> all = List.of();
    while (all.isEmpty()) {
      Path below = repository.resolve(kinds.get(random.nextInt(kinds.size())));
      if (Files.exists(below)) {
        try (Stream<Path> walk = Files.walk(below)) {
          all = walk.filter(Files::isRegularFile).sorted().toList();
        }
      }
    }
    Path object = all.get(random.nextInt(all.size()));
    if (random.nextBoolean()) {
      Files.delete(object);
      return "lost " + repository.relativize(object);
    }
    byte[] bytes = Files.readAllBytes(object);
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    Path temporary = repository.resolveSibling("damaged");
    Files.write(temporary, bytes);
    Files.move(temporary, object, StandardCopyOption.REPLACE_EXISTING);
    return "turned a bit of " + repository.relativize(object);
  }
}
