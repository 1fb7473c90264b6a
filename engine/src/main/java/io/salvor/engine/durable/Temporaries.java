package io.salvor.engine.durable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The unfinished files of one directory. Each is named after the process that writes it, so that
 * those of dead processes can be cleared: at once if the process was of this boot and container and
 * has ended; a day after their last write if it was of an earlier boot of this machine; never if it
 * was of another machine.
 */
public final class Temporaries {
  private static final Duration AFTER_REBOOT = Duration.ofDays(1);
  private static final Pattern NAME = Pattern.compile("w-(.+)-[0-9a-f]{16}");

  private final Path directory;

  public Temporaries(Path directory) {
    this.directory = directory;
  }

  /** A file under its temporary name, open for writing. */
  public record Temporary(Path path, FileChannel channel) {}

  /** Creates an empty one, and the directory if it is missing. */
  public Temporary create() throws IOException {
    try {
      return createIn();
    } catch (NoSuchFileException e) {
      PrivateFiles.createDirectory(directory);
      return createIn();
    }
  }

  private Temporary createIn() throws IOException {
    if (Files.isSymbolicLink(directory)) {
      throw new IOException("a symbolic link in the place of a directory: " + directory);
    }
    Path path = directory.resolve(name(ProcessMark.current()));
    return new Temporary(path, PrivateFiles.create(path));
  }

  static String name(ProcessMark mark) {
    long random = ThreadLocalRandom.current().nextLong();
    return "w-" + mark + "-" + HexFormat.of().toHexDigits(random);
  }

  /**
   * Removes what dead processes have left.
   *
   * @param mine a temporary made just now: its time is the file system's own idea of the present
   * @return how many were removed
   */
  public int clearAbandoned(Path mine) throws IOException {
    Instant now = Files.getLastModifiedTime(mine).toInstant();
    int cleared = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        if (isAbandoned(entry, now) && Files.deleteIfExists(entry)) {
          cleared++;
        }
      }
    }
    return cleared;
  }

  private static boolean isAbandoned(Path entry, Instant now) throws IOException {
    Matcher match = NAME.matcher(String.valueOf(entry.getFileName()));
    if (!match.matches()) {
      return false;
    }
    Optional<ProcessMark> mark = ProcessMark.parse(match.group(1));
    if (mark.isEmpty()) {
      return false;
    }
    if (mark.get().hasEnded()) {
      return true;
    }
    if (!mark.get().isOfEarlierBoot()) {
      return false;
    }
    try {
      Instant written =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
              .lastModifiedTime()
              .toInstant();
      return written.isBefore(now.minus(AFTER_REBOOT));
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
