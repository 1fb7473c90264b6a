package io.salvor.testkit.reader;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/** Repositories that are kept as resources, packed as ZIP files. */
enum GoldenRepository {
  /** In order. */
  HEALTHY,
  /** A byte of a data pack is another one. */
  FLIPPED_BYTE,
  /** The last segment of the index is gone. */
  LOST_SEGMENT,
  /** A sealed manifest is gone, and the ledger has it still. */
  LOST_MANIFEST;

  /** The version of the format that they are of, and the directory of resources. */
  static final String VERSION = "format-1";

  String fileName() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".zip";
  }

  static InputStream resource(String name) {
    String path = "/golden/" + VERSION + "/" + name;
    InputStream in = GoldenRepository.class.getResourceAsStream(path);
    if (in == null) {
      throw new IllegalStateException("no resource " + path);
    }
    return in;
  }

  /** Unpacks it below {@code temp}. */
  Path unpack(Path temp) throws IOException {
    Path directory = Files.createDirectory(temp.resolve("repository"));
    try (ZipInputStream zip = new ZipInputStream(resource(fileName()))) {
      for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
        Path file = directory.resolve(e.getName());
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readAllBytes());
      }
    }
    return directory;
  }

  /** Packs a repository. */
  static void pack(Path repository, Path zipFile) throws IOException {
    try (OutputStream out = Files.newOutputStream(zipFile);
        ZipOutputStream zip = new ZipOutputStream(out);
        Stream<Path> files = Files.walk(repository)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        ZipEntry entry = new ZipEntry(repository.relativize(file).toString());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(Files.readAllBytes(file));
      }
    }
  }

  /** The objects below a directory of a repository, by name. */
  static List<Path> objects(Path repository, String below) throws IOException {
    try (Stream<Path> files = Files.walk(repository.resolve(below))) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
