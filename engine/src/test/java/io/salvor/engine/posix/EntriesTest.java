package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EntriesTest extends PosixContract {

  @Test
  void keepsLinkTargetsAsTheyAre() throws Exception {
    for (String target : List.of("x", "../../..", "/etc/passwd", "a b\n", "y".repeat(3000))) {
      root.symlink(name(target), name("link"));
      assertThat(root.readLink(name("link"))).isEqualTo(name(target));
      assertThat(root.stat(name("link")).kind()).isEqualTo(Kind.SYMLINK);
      root.unlink(name("link"));
    }
  }

  @Test
  void keepsRawLinkTargetsOrRefuses() throws Exception {
    needs(Capability.RAW_NAMES);
    for (byte[] target : List.of(hex("ff80"), hex("2fff"), name("a//b/"), name("./x"))) {
      try {
        root.symlink(target, name("link"));
      } catch (PosixException e) {
        assertThat(e.isUnsupported()).as("a target that cannot be kept is refused").isTrue();
        assertThat(has(Capability.SAFE_DESCENT)).as("only NIO may").isFalse();
        continue;
      }
      assertThat(root.readLink(name("link"))).isEqualTo(target);
      root.unlink(name("link"));
    }
  }

  @Test
  void makesHardLinksEvenOfLinks() throws Exception {
    needs(Capability.POSIX_METADATA);
    write("file", name("x"));
    root.symlink(name("file"), name("link"));
    root.mkdir(name("dir"), 0755);
    try (Dir dir = root.openDir(name("dir"))) {
      dir.link(root, name("file"), name("file2"));
      dir.link(root, name("link"), name("link2"));
      assertThat(dir.stat(name("file2")).isSameFile(root.stat(name("file")))).isTrue();
      assertThat(dir.stat(name("file2")).nlink()).isEqualTo(2);
      assertThat(dir.stat(name("link2")).kind()).isEqualTo(Kind.SYMLINK);
      assertThat(dir.stat(name("link2")).isSameFile(root.stat(name("link")))).isTrue();
      assertThat(refused(() -> dir.link(root, name("file"), name("file2"))).isExists()).isTrue();
    }
  }

  @Test
  void renamesReplacing() throws Exception {
    write("a", name("a"));
    write("b", name("b"));
    root.mkdir(name("dir"), 0755);
    root.rename(name("a"), root, name("b"));
    assertThat(read(root, "b")).isEqualTo(name("a"));
    try (Dir dir = root.openDir(name("dir"))) {
      root.rename(name("b"), dir, name("c"));
      assertThat(names(dir)).containsExactly("c");
    }
    assertThat(names(root)).containsExactly("dir");
    assertThat(refused(() -> root.rename(name("x"), root, name("y"))).isNotFound()).isTrue();
  }

  @Test
  void renamesWithoutReplacing() throws Exception {
    write("a", name("a"));
    write("b", name("b"));
    root.symlink(name("nowhere"), name("dangling"));
    for (String taken : List.of("b", "dangling")) {
      assertThat(
              refused(() -> root.rename(name("a"), root, name(taken), RenameMode.NO_REPLACE))
                  .isExists())
          .isTrue();
    }
    root.rename(name("a"), root, name("c"), RenameMode.NO_REPLACE);
    assertThat(names(root)).containsExactly("b", "c", "dangling");
  }

  @Test
  void exchangesOrSaysThatItCannot() throws Exception {
    write("a", name("a"));
    write("b", name("b"));
    if (has(Capability.RENAME_MODES)) {
      root.rename(name("a"), root, name("b"), RenameMode.EXCHANGE);
      assertThat(read(root, "a")).isEqualTo(name("b"));
      assertThat(read(root, "b")).isEqualTo(name("a"));
    } else {
      assertThat(
              refused(() -> root.rename(name("a"), root, name("b"), RenameMode.EXCHANGE))
                  .isUnsupported())
          .isTrue();
      assertThat(read(root, "a")).isEqualTo(name("a"));
    }
  }

  @Test
  void makesFifosAndSocketsOrSaysThatItCannot() throws Exception {
    if (!has(Capability.SPECIAL_NODES)) {
      assertThat(refused(() -> root.mknod(name("f"), Kind.FIFO, 0600, 0, 0)).isUnsupported())
          .isTrue();
      return;
    }
    root.mknod(name("fifo"), Kind.FIFO, 0600, 0, 0);
    root.mknod(name("socket"), Kind.SOCKET, 0600, 0, 0);
    root.chmod(name("fifo"), 0666);
    root.utimens(name("fifo"), SOME_TIME);
    root.utimens(name("socket"), SOME_TIME);
    assertThat(root.stat(name("fifo")).kind()).isEqualTo(Kind.FIFO);
    assertThat(root.stat(name("fifo")).mode()).isEqualTo(0666);
    assertThat(root.stat(name("fifo")).mtime()).isEqualTo(SOME_TIME);
    assertThat(root.stat(name("socket")).kind()).isEqualTo(Kind.SOCKET);
    assertThat(root.listXattr(name("fifo"))).isEmpty();
    assertThat(refused(() -> root.openFile(name("socket")).close()).isWrongKind()).isTrue();
    assertThat(refused(() -> root.mknod(name("d"), Kind.DIRECTORY, 0, 0, 0)).errno())
        .isEqualTo(Errno.EINVAL);
  }

  @Test
  void makesDevices() throws Exception {
    needs(Capability.SPECIAL_NODES);
    needsRoot();
    root.mknod(name("char"), Kind.CHAR, 0600, 4095, 1_048_575);
    root.mknod(name("block"), Kind.BLOCK, 0640, 7, 300);
    Stat character = root.stat(name("char"));
    Stat block = root.stat(name("block"));
    assertThat(character.kind()).isEqualTo(Kind.CHAR);
    assertThat(character.rdevMajor()).isEqualTo(4095);
    assertThat(character.rdevMinor()).isEqualTo(1_048_575);
    assertThat(block.kind()).isEqualTo(Kind.BLOCK);
    assertThat(List.of(block.rdevMajor(), block.rdevMinor())).containsExactly(7, 300);
    try (Dir byNio = new NioPosix("comparison").openRoot(temp)) {
      assertThat(byNio.stat(name("char")).rdevMinor()).isEqualTo(1_048_575);
      assertThat(byNio.stat(name("char")).rdevMajor()).isEqualTo(4095);
    }
    assertThat(refused(() -> root.mknod(name("x"), Kind.CHAR, 0600, 4096, 0)).errno())
        .isEqualTo(Errno.EINVAL);
  }
}
