package io.salvor.testkit.files;

import io.salvor.engine.durable.TreeRemoval;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A directory that lives: things come, change, move, go and become other kinds of things, some
 * changes hidden behind an unchanged size and modification time. The same for the same seed.
 */
public final class RandomTree {
  private final Path root;
  private final Random random;
  private int names;

  /** Grows in {@code root}, an empty directory. */
  public RandomTree(Path root, long seed) {
    this.root = root;
    this.random = new Random(seed);
  }

  /** Makes so many random changes. */
  public void change(int times) throws IOException {
    for (int i = 0; i < times; i++) {
      List<Path> all = all();
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> write(newName(), random.nextInt(1 << random.nextInt(1, 17)));
        case 3 -> Files.createDirectory(newName());
        case 4 -> Files.createSymbolicLink(newName(), Path.of("target " + random.nextInt(9)));
        case 5 -> link(any(all, false));
        case 6 -> overwrite(any(all, false));
        case 7 -> hide(any(all, false));
        case 8 -> move(any(all, true));
        case 9 -> remove(any(all, true));
        case 10 -> become(any(all, false));
        default -> touch(any(all, true));
      }
    }
  }

  private List<Path> all() throws IOException {
    List<Path> all = new ArrayList<>();
    try (var walk = Files.walk(root)) {
      walk.filter(path -> !path.equals(root)).sorted().forEach(all::add);
    }
    return all;
  }

  private @Nullable Path any(List<Path> all, boolean directoriesToo) {
    List<Path> some =
        all.stream()
            .filter(
                path ->
                    Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        || directoriesToo && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
            .toList();
    return some.isEmpty() ? null : some.get(random.nextInt(some.size()));
  }

  private Path newName() throws IOException {
    List<Path> directories = new ArrayList<>(List.of(root));
    for (Path path : all()) {
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        directories.add(path);
      }
    }
    Path in = directories.get(random.nextInt(directories.size()));
    return in.resolve("%x %d".formatted(random.nextInt(256), names++));
  }

  private void write(Path file, int size) throws IOException {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    Files.write(file, bytes);
    if (random.nextInt(8) == 0) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(bytes), 1L << 20);
      }
    }
    touch(file);
  }

  private void link(@Nullable Path file) throws IOException {
    if (file != null) {
      Files.createLink(newName(), file);
    }
  }

  private void overwrite(@Nullable Path file) throws IOException {
    if (file != null) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        byte[] bytes = new byte[1 + random.nextInt(5000)];
        random.nextBytes(bytes);
        channel.write(ByteBuffer.wrap(bytes), random.nextLong(channel.size() + 1));
      }
    }
  }

  /** Changes one byte and puts the modification time back. */
  private void hide(@Nullable Path file) throws IOException {
    if (file == null || Files.size(file) == 0) {
      return;
    }
    FileTime time = Files.getLastModifiedTime(file);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long at = random.nextLong(channel.size());
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, at);
      one.flip();
      one.put(0, (byte) (one.get(0) + 1));
      channel.write(one, at);
    }
    Files.setLastModifiedTime(file, time);
  }

  private void move(@Nullable Path from) throws IOException {
    if (from != null) {
      Path to = newName();
      if (!to.startsWith(from)) {
        Files.move(from, to);
      }
    }
  }

  private void become(@Nullable Path file) throws IOException {
    if (file != null) {
      Files.delete(file);
      if (random.nextBoolean()) {
        Files.createDirectory(file);
      } else {
        Files.createSymbolicLink(file, Path.of("it was a file"));
      }
    }
  }

  private void touch(@Nullable Path path) throws IOException {
    if (path != null) {
      Instant time = Instant.ofEpochSecond(random.nextInt(2_000_000_000), random.nextInt(1 << 29));
      Files.setLastModifiedTime(path, FileTime.from(time));
      String mode = random.nextBoolean() ? "rwxr-x--x" : "rwx------";
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
  }

  private static void remove(@Nullable Path path) throws IOException {
    if (path != null) {
      TreeRemoval.remove(path);
    }
  }
}
