package io.salvor.engine.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code /proc/self/status} says of this process, where there is one. */
final class ProcessStatus {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern UMASK = Pattern.compile("(?m)^Umask:\\s*([0-7]+)$");

  private ProcessStatus() {}

  /** The umask, which no call tells without changing it; empty without {@code /proc}. */
  static OptionalInt umask() throws PosixException {
    if (!Files.isReadable(STATUS)) {
      return OptionalInt.empty();
    }
    try {
      Matcher line = UMASK.matcher(Files.readString(STATUS));
      return line.find() ? OptionalInt.of(Integer.parseInt(line.group(1), 8)) : OptionalInt.empty();
    } catch (IOException e) {
      throw NioErrors.of(e, "umask", null);
    }
  }
}
