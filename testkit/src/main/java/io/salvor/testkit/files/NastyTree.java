package io.salvor.testkit.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Kind;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.PosixTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes a tree with every nasty thing that a file system can hold. */
public final class NastyTree {
  private static final PosixTime BEFORE_THE_EPOCH = new PosixTime(-1_234_567_890L, 987_654_321);
  private static final PosixTime AFTER_2038 = new PosixTime(4_102_444_800L, 1);
  private static final PosixTime USUAL = new PosixTime(1_700_000_000L, 123_456_789);

  private final Posix posix;
  private final Random random;
  private final List<String> leftOut = new ArrayList<>();

  private NastyTree(Posix posix, long seed) {
    this.posix = posix;
    this.random = new Random(seed);
  }

  /**
   * Fills {@code root}, an empty directory, always the same for the same seed.
   *
   * @return what this machine or user cannot make, and why
   */
  public static List<String> make(Path root, long seed) throws PosixException {
    List<String> leftOut = makeShallow(root, seed);
    NastyTree tree = new NastyTree(Posix.system(), seed);
    try (Dir dir = tree.posix.openRoot(root)) {
      tree.deep(dir);
      dir.utimens(USUAL);
    }
    return leftOut;
  }

  /** The same without the paths that are longer than PATH_MAX, which other tools cannot take. */
  public static List<String> makeShallow(Path root, long seed) throws PosixException {
    NastyTree tree = new NastyTree(Posix.system(), seed);
    try (Dir dir = tree.posix.openRoot(root)) {
      tree.names(dir);
      tree.contents(dir);
      tree.links(dir);
      tree.special(dir);
      tree.modesAndOwners(dir);
      tree.attributes(dir);
      tree.times(dir);
    }
    return tree.leftOut;
  }

  private void names(Dir root) throws PosixException {
    try (Dir dir = directory(root, "names")) {
      for (String name :
          List.of(
              " leading",
              "trailing ",
              "-rf",
              "*",
              "?",
              "[a]",
              "a\\b",
              "a\nb",
              "a\tb",
              "\u0001",
              "\u0001\u0002",
              "a",
              "a.b",
              "a-b",
              "a b",
              "!x",
              "#x",
              "~",
              "$HOME",
              "`id`",
              "'",
              "\"",
              "...",
              "..a",
              "é",
              "e\u0301",
              "日本",
              "\u202e",
              "\ufeff",
              "%00",
              "a:b",
              "CON",
              "{x}",
              "x".repeat(255))) {
        write(dir, bytes(name), bytes(name));
      }
      write(dir, new byte[] {(byte) 0xff, (byte) 0xfe}, bytes("not UTF-8"));
      write(dir, new byte[] {'a', (byte) 0x80, 'b'}, bytes("nor is this"));
      write(dir, new byte[] {(byte) 0xc0, (byte) 0xaf}, bytes("an overlong slash"));
      byte[] all = new byte[253];
      int n = 0;
      for (int b = 1; b < 256; b++) {
        if (b != '/') {
          all[n++ % all.length] = (byte) b;
        }
      }
      write(dir, all, bytes("every byte"));
      // A directory and its neighbours whose names sort between it and what lies in it.
      try (Dir a = directory(dir, "d")) {
        write(a, bytes("x"), bytes("in d"));
      }
      write(dir, bytes("d!"), bytes("after d/x"));
      write(dir, bytes("d\u0001"), bytes("after d/x as well"));
    }
  }

  private void contents(Dir root) throws PosixException {
    try (Dir dir = directory(root, "contents")) {
      write(dir, bytes("empty"), new byte[0]);
      write(dir, bytes("one"), new byte[] {0});
      write(dir, bytes("zeros"), new byte[3 << 20]);
      byte[] noise = new byte[5 << 20];
      random.nextBytes(noise);
      write(dir, bytes("noise"), noise);
      write(dir, bytes("noise again"), noise);
      byte[] shifted = Arrays.copyOf(new byte[] {42}, noise.length + 1);
      System.arraycopy(noise, 0, shifted, 1, noise.length);
      write(dir, bytes("noise shifted"), shifted);
      write(dir, bytes("text"), bytes("all work and no play\n".repeat(100_000)));
      try (Dir many = directory(dir, "many")) {
        for (int i = 0; i < 400; i++) {
          byte[] small = new byte[random.nextInt(3000)];
          random.nextBytes(small);
          write(many, bytes("f" + i), small);
        }
      }
      directory(dir, "empty directory").close();
      sparse(dir, "hole only", 10 << 20);
      sparse(dir, "hole at the end", 9 << 20, 0);
      sparse(dir, "hole at the start", 8 << 20, 7 << 20);
      sparse(dir, "holes between", 64 << 20, 4096, 1 << 20, 40 << 20);
      sparse(dir, "huge hole", 1L << 30, 1L << 29);
    }
  }

  private void links(Dir root) throws PosixException {
    try (Dir dir = directory(root, "links");
        Dir other = directory(root, "links elsewhere")) {
      write(dir, bytes("target"), bytes("target"));
      dir.symlink(bytes("target"), bytes("relative"));
      dir.symlink(bytes("/etc/passwd"), bytes("absolute"));
      dir.symlink(bytes("nowhere"), bytes("dangling"));
      dir.symlink(bytes("loop"), bytes("loop"));
      dir.symlink(bytes("../../../../../../etc"), bytes("up"));
      dir.symlink(bytes("."), bytes("self"));
      dir.symlink(new byte[] {(byte) 0xff, '/', (byte) 0xfe}, bytes("not UTF-8"));
      dir.symlink(bytes("t".repeat(4095)), bytes("long"));
      write(dir, bytes("hard 1"), bytes("one file, three names"));
      dir.link(dir, bytes("hard 1"), bytes("hard 2"));
      other.link(dir, bytes("hard 1"), bytes("hard 3"));
      dir.link(dir, bytes("relative"), bytes("hard link of a link"));
    }
  }

  private void special(Dir root) throws PosixException {
    try (Dir dir = directory(root, "special")) {
      dir.mknod(bytes("fifo"), Kind.FIFO, 0600, 0, 0);
      dir.link(dir, bytes("fifo"), bytes("fifo, linked"));
      dir.mknod(bytes("socket"), Kind.SOCKET, 0600, 0, 0);
      attempt(
          "device nodes",
          () -> {
            dir.mknod(bytes("character"), Kind.CHAR, 0600, 1, 3);
            dir.mknod(bytes("block"), Kind.BLOCK, 0640, 259, 1048575);
          });
    }
  }

  private void modesAndOwners(Dir root) throws PosixException {
    try (Dir dir = directory(root, "modes")) {
      for (int mode : new int[] {0, 0200, 0400, 0644, 0755, 0777, 01777, 02755, 04755, 06711}) {
        String name = String.format("mode %04o", mode);
        write(dir, bytes(name), bytes(name));
        attempt("owners", () -> dir.chown(bytes(name), mode + 1L, 65533));
        dir.chmod(bytes(name), mode);
        directory(dir, "directory " + name).close();
        dir.chmod(bytes("directory " + name), mode | (posix.effectiveUid() == 0 ? 0 : 0700));
      }
      attempt(
          "owners",
          () -> {
            dir.symlink(bytes("x"), bytes("link of another"));
            dir.chown(bytes("link of another"), 12345, 54321);
            write(dir, bytes("large ids"), new byte[1]);
            dir.chown(bytes("large ids"), 4_000_000_000L, 4_000_000_001L);
          });
    }
  }

  private void attributes(Dir root) throws PosixException {
    try (Dir dir = directory(root, "attributes")) {
      write(dir, bytes("file"), bytes("x"));
      attempt(
          "extended attributes",
          () -> {
            dir.setXattr(bytes("file"), bytes("user.text"), bytes("value"));
            dir.setXattr(bytes("file"), bytes("user.empty"), new byte[0]);
            dir.setXattr(bytes("file"), bytes("user.binary"), new byte[] {0, 1, (byte) 0xff});
            dir.setXattr(bytes("file"), bytes("user.large"), new byte[2000]);
            directory(dir, "directory").close();
            dir.setXattr(bytes("directory"), bytes("user.on a directory"), bytes("too"));
          });
      attempt(
          "trusted and security attributes",
          () -> {
            dir.setXattr(bytes("file"), bytes("trusted.salvor"), bytes("root only"));
            // cap_net_raw, version 2
            byte[] capability = {1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            write(dir, bytes("capable"), bytes("x"));
            dir.setXattr(bytes("capable"), bytes("security.capability"), capability);
          });
      attempt(
          "ACLs",
          () -> {
            write(dir, bytes("acl"), bytes("x"));
            dir.setXattr(bytes("acl"), bytes("system.posix_acl_access"), acl());
            directory(dir, "default acl").close();
            dir.setXattr(bytes("default acl"), bytes("system.posix_acl_default"), acl());
          });
    }
  }

  /** user::rw-, user:1234:r--, group::r--, mask::r--, other::---, as the kernel stores it. */
  private static byte[] acl() {
    int[][] rows = {{1, 6, -1}, {2, 4, 1234}, {4, 4, -1}, {16, 4, -1}, {32, 0, -1}};
    byte[] acl = new byte[4 + 8 * rows.length];
    acl[0] = 2;
    for (int i = 0; i < rows.length; i++) {
      int at = 4 + 8 * i;
      acl[at] = (byte) rows[i][0];
      acl[at + 2] = (byte) rows[i][1];
      for (int b = 0; b < 4; b++) {
        acl[at + 4 + b] = (byte) (rows[i][2] >> (8 * b));
      }
    }
    return acl;
  }

  /** Deeper than PATH_MAX, with a file at the bottom. */
  private void deep(Dir root) throws PosixException {
    Dir dir = directory(root, "deep");
    try {
      for (int i = 0; i < 60; i++) {
        Dir next = directory(dir, "d".repeat(100) + i);
        dir.close();
        dir = next;
      }
      write(dir, bytes("bottom"), bytes("6000 bytes down"));
      dir.symlink(bytes("bottom"), bytes("link"));
    } finally {
      dir.close();
    }
  }

  private void times(Dir root) throws PosixException {
    try (Dir dir = directory(root, "times")) {
      write(dir, bytes("before the epoch"), new byte[1]);
      dir.utimens(bytes("before the epoch"), BEFORE_THE_EPOCH);
      write(dir, bytes("after 2038"), new byte[1]);
      dir.utimens(bytes("after 2038"), AFTER_2038);
      dir.symlink(bytes("x"), bytes("link"));
      dir.utimens(bytes("link"), BEFORE_THE_EPOCH);
      directory(dir, "directory").close();
      dir.utimens(bytes("directory"), AFTER_2038);
    }
    root.utimens(bytes("names"), USUAL);
    root.utimens(USUAL);
  }

  private void sparse(Dir dir, String name, long size, long... dataAt) throws PosixException {
    byte[] data = new byte[5000];
    random.nextBytes(data);
    try (FileHandle file = dir.createFile(bytes(name), 0644)) {
      file.truncate(size);
      for (long at : dataAt) {
        file.pwrite(at, data, 0, data.length);
      }
    }
  }

  private static Dir directory(Dir in, String name) throws PosixException {
    in.mkdir(bytes(name), 0755);
    return in.openDir(bytes(name));
  }

  private static void write(Dir dir, byte[] name, byte[] content) throws PosixException {
    try (FileHandle file = dir.createFile(name, 0644)) {
      file.pwrite(0, content, 0, content.length);
    }
  }

  private void attempt(String what, Attempt attempt) throws PosixException {
    try {
      attempt.run();
    } catch (PosixException e) {
      if (!e.isPermission() && !e.isUnsupported()) {
        throw e;
      }
      leftOut.add(what + ": " + e.getMessage());
    }
  }

  private interface Attempt {
    void run() throws PosixException;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
