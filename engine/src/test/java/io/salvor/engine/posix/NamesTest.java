package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class NamesTest extends PosixContract {

  @Test
  void keepsNamesThatAreNotUtf8() throws Exception {
    needs(Capability.RAW_NAMES);
    byte[] wild = hex("ff80c328fe");
    byte[] latin = hex("fcbc65622e747874");
    root.mkdir(wild, 0755);
    root.createFile(latin, 0644).close();
    try (Dir inner = root.openDir(wild)) {
      inner.createFile(wild, 0600).close();
      inner.rename(wild, root, hex("c0af"));
      assertThat(inner.list().size()).isZero();
    }
    assertThat(names(root))
        .containsExactly("\\xc0\\xaf", "\\xfc\\xbceb.txt", "\\xff\\x80\\xc3(\\xfe");
    assertThat(root.stat(latin).kind()).isEqualTo(Kind.FILE);
    root.unlink(latin);
    root.rmdir(wild);
    assertThat(names(root)).containsExactly("\\xc0\\xaf");
  }

  @Test
  void keepsEveryByteThatANameMayHold() throws Exception {
    needs(Capability.RAW_NAMES);
    for (int b = 1; b < 256; b++) {
      if (b != '/') {
        byte[] name = {'n', (byte) b};
        root.createFile(name, 0644).close();
        assertThat(root.stat(name).kind()).isEqualTo(Kind.FILE);
      }
    }
    NameList list = root.list().sort();
    assertThat(list.size()).isEqualTo(254);
    assertThat(list.get(0)).containsExactly('n', 1);
    assertThat(list.get(253)).containsExactly('n', 255);
  }

  @Test
  void refusesWhatIsNotOneComponent() throws Exception {
    for (String bad : List.of("", ".", "..", "/", "a/b", "../x", "a\0b", "/etc")) {
      byte[] evil = name(bad);
      List<ThrowingCallable> calls =
          List.of(
              () -> root.stat(evil),
              () -> root.openDir(evil).close(),
              () -> root.openFile(evil).close(),
              () -> root.openForWrite(evil).close(),
              () -> root.createFile(evil, 0644).close(),
              () -> root.mkdir(evil, 0755),
              () -> root.symlink(name("t"), evil),
              () -> root.readLink(evil),
              () -> root.link(root, evil, name("t")),
              () -> root.link(root, name("t"), evil),
              () -> root.rename(evil, root, name("t")),
              () -> root.rename(name("t"), root, evil),
              () -> root.unlink(evil),
              () -> root.rmdir(evil),
              () -> root.chmod(evil, 0644),
              () -> root.chown(evil, -1, -1),
              () -> root.utimens(evil, SOME_TIME),
              () -> root.listXattr(evil),
              () -> root.getXattr(evil, name("user.a")),
              () -> root.setXattr(evil, name("user.a"), new byte[0]),
              () -> root.removeXattr(evil, name("user.a")));
      for (ThrowingCallable call : calls) {
        assertThat(refused(call).errno()).as("%s", bad).isEqualTo(Errno.EINVAL);
      }
    }
    assertThat(root.list().size()).isZero();
  }

  @Test
  void takesTheLongestNameAndRefusesALongerOne() throws Exception {
    byte[] longest = name("x".repeat(255));
    root.createFile(longest, 0644).close();
    assertThat(root.list().get(0)).isEqualTo(longest);
    assertThat(refused(() -> root.stat(name("x".repeat(256)))).isNameTooLong()).isTrue();
    assertThat(refused(() -> root.stat(name("x".repeat(5000)))).isNameTooLong()).isTrue();
  }

  @Test
  void listsAfreshEachTimeAndSortsUnsigned() throws Exception {
    needs(Capability.RAW_NAMES);
    assertThat(root.list().size()).isZero();
    for (String digits : List.of("ff", "7f", "80", "61", "6161", "612d")) {
      root.createFile(hex(digits), 0644).close();
    }
    List<byte[]> sorted = new ArrayList<>();
    root.list().sort().forEach(sorted::add);
    assertThat(sorted)
        .containsExactly(hex("61"), hex("612d"), hex("6161"), hex("7f"), hex("80"), hex("ff"));
    root.unlink(hex("ff"));
    assertThat(root.list().size()).isEqualTo(5);
  }

  @Test
  void listsManyNamesFromManyThreadsAtOnce() throws Exception {
    int many = 2000;
    for (int i = 0; i < many; i++) {
      Files.createFile(temp.resolve("file-with-a-longer-name-" + i));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tasks.add(
            () -> {
              int files = 0;
              for (byte[] name : root.list()) {
                files += root.stat(name).kind() == Kind.FILE ? 1 : 0;
              }
              return files;
            });
      }
      for (Future<Integer> counted : threads.invokeAll(tasks)) {
        assertThat(counted.get()).isEqualTo(many);
      }
    }
  }

  @Test
  void hintsAtKindsWhereTheFileSystemTells() throws Exception {
    root.mkdir(name("a-dir"), 0755);
    root.createFile(name("b-file"), 0644).close();
    root.symlink(name("nowhere"), name("c-link"));
    NameList list = root.list().sort();
    assumeTrue(list.kindHint(0) != null, "not told here");
    assertThat(Arrays.asList(list.kindHint(0), list.kindHint(1), list.kindHint(2)))
        .containsExactly(Kind.DIRECTORY, Kind.FILE, Kind.SYMLINK);
  }

  @Test
  void opensTheRootByAPathThatIsNotUtf8AndByALink() throws Exception {
    needs(Capability.RAW_NAMES);
    root.mkdir(hex("ffee"), 0755);
    root.symlink(hex("ffee"), name("link"));
    byte[] path = NioNames.pathBytes(temp);
    byte[] wild = Arrays.copyOf(path, path.length + 3);
    wild[path.length] = '/';
    wild[path.length + 1] = (byte) 0xff;
    wild[path.length + 2] = (byte) 0xee;
    Stat expected = root.stat(hex("ffee"));
    try (Dir byBytes = posix().openRoot(wild);
        Dir byLink = posix().openRoot(temp.resolve("link"));
        Dir byPath = posix().openRoot(NioNames.resolve(temp, hex("ffee"), "test"))) {
      assertThat(byBytes.statSelf().isSameFile(expected)).isTrue();
      assertThat(byLink.statSelf().isSameFile(expected)).isTrue();
      assertThat(byPath.statSelf().isSameFile(expected)).isTrue();
    }
  }

  @Test
  void refusesARootThatIsNoDirectory() throws Exception {
    write("file", new byte[0]);
    assertThat(refused(() -> posix().openRoot(temp.resolve("file")).close()).errno())
        .isEqualTo(Errno.ENOTDIR);
    assertThat(refused(() -> posix().openRoot(temp.resolve("none")).close()).isNotFound()).isTrue();
    assertThat(refused(() -> posix().openRoot(new byte[0]).close()).isNotFound()).isTrue();
  }
}
