package io.salvor.testkit.reader;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The objects of a repository, by their names (§2): files below a directory. */
final class Objects {
  private static final long LARGEST_SMALL = (32 << 20) + 1024;
  private static final long LARGEST_PACK = 1 << 30;
  private static final String ID = "[0-9a-f]{32}";

  private final Path directory;

  Objects(Path directory) {
    this.directory = directory;
  }

  /** The names that have a form of the page; others are no objects of the repository. */
  enum Form {
    CREDENTIAL("keys/" + ID + "\\.credential"),
    EPOCH("keys/" + ID + "\\.epoch"),
    GRANT("keys/" + ID + "\\.grant"),
    PACK("packs/([0-9a-f]{2})/\\1[0-9a-f]{30}"),
    SEGMENT("index/" + ID),
    MANIFEST("backups/" + ID),
    OPENING("sessions/" + ID + "/open"),
    CHECKPOINT("sessions/" + ID + "/[0-9]{8}"),
    END("sessions/" + ID + "/end"),
    REVOCATION("sessions/" + ID + "/revoked"),
    CONDEMNATION("prune/" + ID),
    LEDGER("ledger/" + ID),
    FACT("facts/" + ID);

    private final Pattern pattern;

    Form(String pattern) {
      this.pattern = Pattern.compile(pattern);
    }
  }

  /**
   * The names of one form, ascending. Lists until nothing has vanished between two lists, because
   * segments, ledger entries and condemnations are replaced.
   */
  List<String> list(Form form) throws IOException {
    TreeSet<String> names = listOnce(form);
    while (true) {
      TreeSet<String> again = listOnce(form);
      if (again.containsAll(names)) {
        return new ArrayList<>(again);
      }
      names = again;
    }
  }

  private TreeSet<String> listOnce(Form form) throws IOException {
    String pattern = form.pattern.pattern();
    Path below = directory.resolve(pattern.substring(0, pattern.indexOf('/')));
    TreeSet<String> names = new TreeSet<>();
    if (Files.isDirectory(below)) {
      try (Stream<Path> files = Files.walk(below)) {
        files
            .map(file -> directory.relativize(file).toString().replace('\\', '/'))
            .filter(name -> form.pattern.matcher(name).matches())
            .forEach(names::add);
      }
    }
    return names;
  }

  boolean has(String name) {
    return Files.isRegularFile(directory.resolve(name));
  }

  /** Reads an object other than a pack. */
  byte[] read(String name) throws IOException {
    long size = Files.size(directory.resolve(name));
    DamageException.unless(size <= LARGEST_SMALL, name + " is too long");
    return Files.readAllBytes(directory.resolve(name));
  }

  long packSize(Id pack) throws IOException {
    String name = packName(pack);
    DamageException.unless(has(name), name + " is missing");
    long size = Files.size(directory.resolve(name));
    DamageException.unless(size <= LARGEST_PACK, name + " is too long");
    return size;
  }

  /** Reads a part of a pack. */
  byte[] read(Id pack, long at, int length) throws IOException {
    DamageException.unless(
        at >= 0 && length >= 0 && at + length <= packSize(pack), packName(pack) + " is too short");
    ByteBuffer part = ByteBuffer.allocate(length);
    try (FileChannel file = FileChannel.open(directory.resolve(packName(pack)))) {
      while (part.hasRemaining()) {
        int n = file.read(part, at + part.position());
        DamageException.unless(n > 0, packName(pack) + " became shorter");
      }
    }
    return part.array();
  }

  static String packName(Id pack) {
    return "packs/" + pack.hex().substring(0, 2) + "/" + pack;
  }

  /** The id in a name: of a session for what lies below {@code sessions/}, else of the object. */
  static Id id(String name) {
    String rest =
        name.startsWith("packs/") ? name.substring(9) : name.substring(name.indexOf('/') + 1);
    return new Id(rest.substring(0, 32));
  }
}
