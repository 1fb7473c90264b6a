package io.salvor.cli.command;

import io.salvor.engine.durable.TreeRemoval;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The demonstration's data: makes, changes, damages and measures it with the JDK's own file calls,
 * so that what it proves does not rest on what it proves.
 */
final class DemoFiles {
  private static final int SMALL_FILES = 2000;
  private static final int LARGE = 64 << 20;

  /** What was made. */
  record Made(long entries, long bytes) {}

  /** Something that can fail. */
  interface Work<T> {
    T run() throws IOException;
  }

  private DemoFiles() {}

  /** Makes a directory as a shop might have it. */
  static Made make(Path top) throws IOException {
    Random random = new Random(42);
    Files.createDirectories(top.resolve("etc/nginx"));
    Files.writeString(top.resolve("etc/nginx/nginx.conf"), "worker_processes 2;\n");
    Files.writeString(top.resolve("etc/secret"), "not for everybody\n");
    Files.setPosixFilePermissions(
        top.resolve("etc/secret"), PosixFilePermissions.fromString("rw-------"));
    Files.createSymbolicLink(top.resolve("current"), Path.of("orders/2026"));
    for (int i = 0; i < SMALL_FILES; i++) {
      Path file = order(top, i);
      if (i % 100 == 0) {
        Files.createDirectories(file.getParent());
      }
      Files.writeString(file, orderText(i, random));
    }
    Files.createLink(top.resolve("etc/first-order.json"), order(top, 0));
    Path large = top.resolve("videos/launch.mp4");
    Files.createDirectories(large.getParent());
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(large)) {
      for (int i = 0; i < LARGE / block.length; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    try (FileChannel disk =
        FileChannel.open(
            top.resolve("disk.img"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      disk.write(ByteBuffer.wrap("boot".getBytes(StandardCharsets.UTF_8)), 0);
      disk.write(ByteBuffer.wrap("end".getBytes(StandardCharsets.UTF_8)), 256L << 20);
    }
    long[] sizes = new long[2];
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        sizes[0]++;
        // The holes of the image are not what anybody would call data.
        boolean counts =
            Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) && !path.endsWith("disk.img");
        sizes[1] += counts ? Files.size(path) : 0;
      }
    }
    return new Made(sizes[0], sizes[1]);
  }

  private static Path order(Path top, int number) {
    return top.resolve(
        String.format(Locale.ROOT, "orders/2026/%02d/order-%04d.json", number / 100, number));
  }

  private static String orderText(int number, Random random) {
    StringBuilder text = new StringBuilder("{\"order\":" + number + ",\"items\":[");
    for (int i = 0; i < 5 + random.nextInt(40); i++) {
      text.append(i == 0 ? "" : ",");
      text.append("{\"sku\":\"").append(Integer.toHexString(random.nextInt()));
      text.append("\",\"count\":").append(random.nextInt(9)).append('}');
    }
    return text.append("]}\n").toString();
  }

  /** Changes one in a hundred of the small files, and a few bytes of the large one. */
  static void change(Path top) throws IOException {
    for (int i = 7; i < SMALL_FILES; i += 100) {
      Files.writeString(order(top, i), "{\"order\":" + i + ",\"state\":\"paid\"}\n");
    }
    Files.writeString(top.resolve("orders/2026/00/order-new.json"), "{\"order\":2000}\n");
    try (FileChannel video =
        FileChannel.open(top.resolve("videos/launch.mp4"), StandardOpenOption.WRITE)) {
      video.write(ByteBuffer.wrap("new title".getBytes(StandardCharsets.UTF_8)), 30 << 20);
    }
  }

  /** Deletes, overwrites and adds; returns how many entries it touched. */
  static long damage(Path top) throws IOException {
    long touched = 0;
    try (Stream<Path> lost = Files.walk(top.resolve("orders/2026/03"))) {
      touched += lost.count();
    }
    remove(top.resolve("orders/2026/03"));
    for (int i = 500; i < 560; i++) {
      Files.writeString(order(top, i), "ENCRYPTED BY SOMEBODY ELSE\n");
      touched++;
    }
    try (FileChannel video =
        FileChannel.open(top.resolve("videos/launch.mp4"), StandardOpenOption.WRITE)) {
      video.truncate(1 << 20);
    }
    Files.delete(top.resolve("current"));
    Files.setPosixFilePermissions(
        top.resolve("etc/secret"), PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.writeString(top.resolve("README-RANSOM.txt"), "pay!\n");
    return touched + 4;
  }

  /** Kind, mode, time and SHA-256 of everything, by path. */
  static SortedMap<String, String> checksums(Path top) throws IOException {
    SortedMap<String, String> checksums = new TreeMap<>();
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        PosixFileAttributes a =
            Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        FileTime time = a.lastModifiedTime();
        String what =
            a.isSymbolicLink()
                ? "link to " + Files.readSymbolicLink(path)
                : a.isDirectory() ? "directory" : "file " + a.size() + " sha256:" + sha256(path);
        checksums.put(
            top.relativize(path).toString(),
            what
                + " "
                + PosixFilePermissions.toString(a.permissions())
                + " "
                + a.owner().getName()
                + " "
                + time);
      }
    }
    return checksums;
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = newDigest();
    byte[] buffer = new byte[1 << 18];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** One checksum over all of them. */
  static String digest(SortedMap<String, String> checksums) {
    MessageDigest digest = newDigest();
    checksums.forEach(
        (path, what) ->
            digest.update((path + "\0" + what + "\n").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** Where they begin to differ. */
  static String firstDifference(SortedMap<String, String> before, SortedMap<String, String> after) {
    for (Map.Entry<String, String> e : before.entrySet()) {
      String now = after.get(e.getKey());
      if (!e.getValue().equals(now)) {
        return e.getKey() + " was " + e.getValue() + " and is " + now;
      }
    }
    return "there are more than before";
  }

  /** The bytes of all files below. */
  static long size(Path top) throws IOException {
    long size = 0;
    try (Stream<Path> all = Files.walk(top)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        size += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
      }
    }
    return size;
  }

  /** Removes a directory and what lies below it. */
  static void remove(Path top) throws IOException {
    if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    TreeRemoval.remove(top);
  }
}
