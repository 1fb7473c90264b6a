package io.salvor.engine.durable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which process something belongs to, so that another can tell whether it still lives. Read from
 * Linux's {@code /proc}; process ids alone are reused, and mean nothing on another host or in
 * another container.
 *
 * @param host digest of the machine's id and name; {@code none} where it has no id
 * @param boot the kernel's random id of this boot, which no other machine has; {@code none} if
 *     unknown
 * @param namespace the process id namespace, that is the container
 * @param pid within that namespace
 * @param start clock ticks between the boot and the start of the process
 */
public record ProcessMark(String host, String boot, String namespace, long pid, long start) {
  static final String NONE = "none";
  private static final Path PROC = Path.of("/proc");
  private static final Pattern TEXT =
      Pattern.compile("([0-9a-z]+)-([0-9a-z]+)-([0-9a-z]+)-(\\d{1,18})-(\\d{1,18})");
  private static final ProcessMark CURRENT = read();

  /** The mark of this process. */
  public static ProcessMark current() {
    return CURRENT;
  }

  public static Optional<ProcessMark> parse(String text) {
    Matcher match = TEXT.matcher(text);
    return match.matches()
        ? Optional.of(
            new ProcessMark(
                match.group(1),
                match.group(2),
                match.group(3),
                Long.parseLong(match.group(4)),
                Long.parseLong(match.group(5))))
        : Optional.empty();
  }

  /** Whether it is of this same boot and container, so that it can be looked for. */
  private boolean isHere() {
    return !boot.equals(NONE)
        && !namespace.equals(NONE)
        && boot.equals(CURRENT.boot)
        && namespace.equals(CURRENT.namespace);
  }

  /** Whether it is certain that this process, of this same boot and container, lives. */
  public boolean lives() {
    try {
      return isHere() && startOf(Long.toString(pid)) == start;
    } catch (IOException | IllegalStateException e) {
      return false;
    }
  }

  /** Whether it is certain that this process, of this same boot and container, has ended. */
  public boolean hasEnded() {
    if (!isHere()) {
      return false;
    }
    try {
      return startOf(Long.toString(pid)) != start;
    } catch (NoSuchFileException e) {
      // Mounted with hidepid, /proc hides others' processes, the first one among them.
      return Files.exists(PROC.resolve("1"));
    } catch (IOException | IllegalStateException e) {
      return false;
    }
  }

  /** Whether it has ended for all that this machine can tell, or could not live on. */
  public boolean isDead() {
    return hasEnded() || isOfEarlierBoot();
  }

  /** Whether it ran on this machine before the machine was started again. */
  boolean isOfEarlierBoot() {
    return !host.equals(NONE)
        && !boot.equals(NONE)
        && host.equals(CURRENT.host)
        && !CURRENT.boot.equals(NONE)
        && !boot.equals(CURRENT.boot);
  }

  @Override
  public String toString() {
    return host + "-" + boot + "-" + namespace + "-" + pid + "-" + start;
  }

  private static ProcessMark read() {
    long pid = ProcessHandle.current().pid();
    try {
      String boot = line(PROC.resolve("sys/kernel/random/boot_id")).replace("-", "");
      String link = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
      String namespace = link.replaceAll("[^0-9]", "");
      return new ProcessMark(machine(), boot, namespace, pid, startOf("self"));
    } catch (IOException | IllegalStateException e) {
      return new ProcessMark(NONE, NONE, NONE, pid, 0);
    }
  }

  private static String machine() {
    try {
      String id = line(Path.of("/etc/machine-id"));
      if (!id.matches("[0-9a-f]{32}")) {
        return NONE;
      }
      String name = line(PROC.resolve("sys/kernel/hostname"));
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((id + "\n" + name).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (IOException e) {
      return NONE;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Field 22 of {@code /proc/pid/stat}; the name before it may hold blanks and parentheses. */
  private static long startOf(String process) throws IOException {
    String stat = line(PROC.resolve(process).resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
    if (fields.length < 20) {
      throw new IllegalStateException("unknown form of /proc/" + process + "/stat");
    }
    return Long.parseLong(fields[19]);
  }

  private static String line(Path file) throws IOException {
    // A process's name need not be UTF-8.
    return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
  }
}
