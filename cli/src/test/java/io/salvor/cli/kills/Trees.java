package io.salvor.cli.kills;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Small trees of files that change, and what they hold: mode, time, content of every path. */
final class Trees {
  private Trees() {}

  /** Changes a few files, makes some, deletes some; now and then a larger one. */
  static void change(Path root, Random random) throws IOException {
    Files.createDirectories(root);
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      Path file = root.resolve("d" + random.nextInt(4)).resolve("f" + random.nextInt(12));
      Files.createDirectories(file.getParent());
      if (random.nextInt(4) == 0) {
        Files.deleteIfExists(file);
      } else {
        Files.write(file, noise(random, random.nextInt(30_000)));
      }
    }
    if (random.nextInt(5) == 0) {
      Files.write(root.resolve("large" + random.nextInt(2)), noise(random, 3 << 20));
    }
    Path link = root.resolve("link");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, Path.of("to " + random.nextInt(100)));
  }

  private static byte[] noise(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** What a tree holds, by path. */
  static SortedMap<String, String> digest(Path root) throws IOException {
    SortedMap<String, String> digest = new TreeMap<>();
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.toList();
    }
    for (Path path : all) {
      var attributes =
          Files.readAttributes(path, "unix:mode,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
      digest.put(
          root.relativize(path).toString(),
          attributes.get("mode") + " " + attributes.get("lastModifiedTime") + " " + content(path));
    }
    return digest;
  }

  private static String content(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return Files.readSymbolicLink(path).toString();
    }
    if (Files.isDirectory(path)) {
      return "";
    }
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(path)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Bytes of all files below. */
  static long size(Path root) throws IOException {
    List<Path> all = new ArrayList<>();
    // Files come and go meanwhile.
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            all.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE;
          }
        });
    long size = 0;
    for (Path file : all) {
      try {
        size += Files.size(file);
      } catch (IOException e) {
        size += 0;
      }
    }
    return size;
  }

  static void delete(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(root)) {
      all = walk.sorted((a, b) -> b.compareTo(a)).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }
}
