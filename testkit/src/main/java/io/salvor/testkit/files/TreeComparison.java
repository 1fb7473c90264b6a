package io.salvor.testkit.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Extent;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.NameList;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Compares two trees in content and metadata. {@link #byRsync} is the independent judge; {@link
 * #byWalking} tells what rsync cannot: holes, sockets' times, and paths beyond PATH_MAX.
 */
public final class TreeComparison {

  private TreeComparison() {}

  /** What rsync would change to make {@code actual} equal {@code expected}, a line for each. */
  public static List<String> byRsync(Path expected, Path actual, String... more)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("rsync", "-aAXHni", "--checksum", "--delete", "--modify-window=-1"));
    command.addAll(List.of(more));
    command.add(expected + "/");
    command.add(actual + "/");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    List<String> lines = new ArrayList<>(output.lines().filter(l -> !l.isBlank()).toList());
    int exit = process.waitFor();
    if (exit != 0) {
      lines.add("rsync ended with " + exit);
    }
    return lines;
  }

  /** Every difference that a walk by directory handles finds. */
  public static List<String> byWalking(Path expected, Path actual) throws PosixException {
    Posix posix = Posix.system();
    try (Dir a = posix.openRoot(expected);
        Dir b = posix.openRoot(actual)) {
      Walk walk = new Walk();
      walk.metadata("", a.stat(), b.stat());
      walk.directory("", a, b);
      return walk.differences;
    }
  }

  private static final class Walk {
    private final List<String> differences = new ArrayList<>();
    private final Map<String, String> twins = new HashMap<>();

    void directory(String path, Dir a, Dir b) throws PosixException {
      TreeSet<byte[]> names = names(a);
      TreeSet<byte[]> others = names(b);
      for (byte[] name : others) {
        if (!names.contains(name)) {
          differences.add("unexpected " + path + text(name));
        }
      }
      for (byte[] name : names) {
        if (others.contains(name)) {
          entry(path, name, a, b);
        } else {
          differences.add("missing " + path + text(name));
        }
      }
    }

    void entry(String in, byte[] name, Dir a, Dir b) throws PosixException {
      String path = in + text(name);
      Stat x = a.stat(name);
      Stat y = b.stat(name);
      metadata(path, x, y);
      attributes(path, name, a, b);
      if (x.kind() != y.kind()) {
        return;
      }
      if (x.kind() == Kind.SYMLINK && !Arrays.equals(a.readLink(name), b.readLink(name))) {
        differences.add("link target of " + path);
      }
      if (x.kind() == Kind.FILE) {
        content(path, name, a, b, x.size());
      }
      if (x.kind() == Kind.DIRECTORY) {
        try (Dir p = a.openDir(name);
            Dir q = b.openDir(name)) {
          directory(path + "/", p, q);
        }
      }
    }

    void metadata(String path, Stat a, Stat b) {
      check(path, "kind", a.kind(), b.kind());
      if (a.kind() != Kind.SYMLINK) {
        check(path, "mode", Integer.toOctalString(a.mode()), Integer.toOctalString(b.mode()));
      }
      check(path, "uid", a.uid(), b.uid());
      check(path, "gid", a.gid(), b.gid());
      check(path, "mtime", a.mtime(), b.mtime());
      check(
          path, "device", a.rdevMajor() + ":" + a.rdevMinor(), b.rdevMajor() + ":" + b.rdevMinor());
      if (a.kind() != Kind.DIRECTORY) {
        check(path, "size", a.size(), b.size());
        check(path, "links", a.nlink(), b.nlink());
        if (a.nlink() > 1) {
          String twin = twins.putIfAbsent("a" + a.dev() + ":" + a.inode(), path);
          String other = twins.putIfAbsent("b" + b.dev() + ":" + b.inode(), path);
          check(path, "hard link to", twin == null ? "" : twin, other == null ? "" : other);
        }
      }
    }

    private void attributes(String path, byte[] name, Dir a, Dir b) throws PosixException {
      TreeSet<byte[]> names = new TreeSet<>(Arrays::compareUnsigned);
      names.addAll(a.listXattr(name));
      names.addAll(b.listXattr(name));
      for (byte[] attribute : names) {
        if (!Arrays.equals(a.getXattr(name, attribute), b.getXattr(name, attribute))) {
          differences.add("attribute " + text(attribute) + " of " + path);
        }
      }
    }

    private void content(String path, byte[] name, Dir a, Dir b, long size) throws PosixException {
      try (FileHandle p = a.openFile(name);
          FileHandle q = b.openFile(name)) {
        List<Extent> data = p.dataSegments(size);
        check(path, "holes", data, q.dataSegments(size));
        byte[] x = new byte[1 << 16];
        byte[] y = new byte[1 << 16];
        for (Extent extent : data) {
          for (long at = extent.offset(); at < extent.end(); at += x.length) {
            int n = (int) Math.min(x.length, extent.end() - at);
            Arrays.fill(x, (byte) 0);
            Arrays.fill(y, (byte) 1);
            readFully(p, at, x, n);
            readFully(q, at, y, n);
            if (!Arrays.equals(x, 0, n, y, 0, n)) {
              differences.add("content of " + path + " near " + at);
              return;
            }
          }
        }
      }
    }

    private static void readFully(FileHandle file, long at, byte[] into, int length)
        throws PosixException {
      int done = 0;
      while (done < length) {
        int n = file.pread(at + done, into, done, length - done);
        if (n <= 0) {
          return;
        }
        done += n;
      }
    }

    private void check(String path, String what, Object expected, Object actual) {
      if (!expected.equals(actual)) {
        differences.add(what + " of " + path + ": " + actual + " instead of " + expected);
      }
    }

    private static TreeSet<byte[]> names(Dir dir) throws PosixException {
      TreeSet<byte[]> names = new TreeSet<>(Arrays::compareUnsigned);
      NameList list = dir.list();
      for (int i = 0; i < list.size(); i++) {
        names.add(list.get(i));
      }
      return names;
    }

    private static String text(byte[] name) {
      String text = new String(name, StandardCharsets.UTF_8);
      return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), name)
          ? text
          : "\\x" + HexFormat.of().formatHex(name);
    }
  }
}
