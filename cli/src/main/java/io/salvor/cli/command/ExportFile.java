package io.salvor.cli.command;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.SystemErrors;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Errno;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is there as a whole or not at all, and readable by its owner only; or standard
 * output.
 */
final class ExportFile implements AutoCloseable {
  private final OutputStream stream;
  private final String whole;
  private final @Nullable Path path;
  private final @Nullable Path part;
  private final @Nullable FileChannel channel;

  private ExportFile(
      OutputStream stream,
      @Nullable Path path,
      @Nullable Path part,
      String whole,
      @Nullable FileChannel channel) {
    this.stream = stream;
    this.whole = whole;
    this.path = path;
    this.part = part;
    this.channel = channel;
  }

  /**
   * Begins a file.
   *
   * @param whole how much it may be, for people
   * @param avoid directories that are Salvor's own
   * @throws SalvorException OUTPUT_EXISTS, TARGET_IN_REPOSITORY
   */
  static ExportFile open(String address, String whole, List<Path> avoid, Session session) {
    if (address.equals("-")) {
      return new ExportFile(session.results(), null, null, whole, null);
    }
    Path path = Targets.path(address, session);
    Places.requireOutside(path, avoid, "Cannot export to " + path, "name a file elsewhere");
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new SalvorException(
          ErrorCode.OUTPUT_EXISTS,
          "Cannot export to " + path,
          "there is something already",
          "name another file, or remove it first");
    }
    // Of its own, and new: what lies in a directory that others write to may be theirs, or a link.
    String random = HexFormat.of().toHexDigits(session.machine().random().get().nextInt());
    Path part = path.resolveSibling(path.getFileName() + ".part-" + random);
    try {
      FileChannel channel = PrivateFiles.create(part);
      OutputStream stream =
          new FilterOutputStream(Channels.newOutputStream(channel)) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
              try {
                out.write(bytes, offset, length);
              } catch (IOException e) {
                throw failed(path, whole, e);
              }
            }
          };
      return new ExportFile(stream, path, part, whole, channel);
    } catch (IOException e) {
      throw failed(path, whole, e);
    }
  }

  private static SalvorException failed(Path path, String whole, IOException e) {
    Errno errno = SystemErrors.of(e);
    return new SalvorException(
        ErrorCode.OUTPUT_FAILED,
        "Cannot write to " + path,
        errno == null
            ? String.valueOf(e.getMessage())
            : errno.meaning() + (errno == Errno.ENOSPC ? ": " + whole : ""),
        errno == Errno.ENOSPC || errno == Errno.EDQUOT
            ? "make room there, or name another file"
            : "name a file in a directory that you may write to",
        e);
  }

  OutputStream stream() {
    return stream;
  }

  /** The file's name; of standard output that of a tar. */
  String name() {
    return path == null ? "backup.tar" : String.valueOf(path.getFileName());
  }

  /** Makes it durable under its name. */
  void keep() throws IOException {
    if (channel == null || part == null || path == null) {
      stream.flush();
      return;
    }
    try {
      channel.force(true);
      channel.close();
      Files.move(part, path);
      Path parent = path.toAbsolutePath().getParent();
      PrivateFiles.forceDirectory(parent == null ? Path.of("/") : parent);
    } catch (IOException e) {
      throw failed(path, whole, e);
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null && part != null) {
      channel.close();
      Files.deleteIfExists(part);
    }
  }
}
