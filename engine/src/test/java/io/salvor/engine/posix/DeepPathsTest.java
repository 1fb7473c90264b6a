package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class DeepPathsTest extends PosixContract {

  private static final int DEPTH = 300;
  private static final byte[] STEP = name("d".repeat(200));
  private static final byte[] FILE = name("bottom");

  @Test
  void worksFarBelowTheLongestPath() throws Exception {
    needs(Capability.LONG_PATHS);
    Deque<Dir> way = new ArrayDeque<>();
    way.push(root);
    try {
      for (int i = 0; i < DEPTH; i++) {
        way.element().mkdir(STEP, 0755);
        way.push(way.element().openDir(STEP));
      }
      useEverything(way.element());
      Stat bottom = way.element().statSelf();
      ByteArrayOutputStream path = new ByteArrayOutputStream();
      path.write(NioNames.pathBytes(temp));
      for (int i = 0; i < DEPTH; i++) {
        path.write('/');
        path.write(STEP);
      }
      path.write('/');
      try (Dir again = posix().openRoot(path.toByteArray())) {
        assertThat(again.statSelf().isSameFile(bottom)).isTrue();
      }
    } finally {
      while (way.size() > 1) {
        way.pop().close();
        way.element().rmdir(STEP);
      }
    }
  }

  private static void useEverything(Dir deep) throws PosixException {
    try (FileHandle file = deep.createFile(FILE, 0600)) {
      file.pwrite(0, FILE, 0, FILE.length);
    }
    deep.chmod(FILE, 0640);
    deep.utimens(FILE, SOME_TIME);
    deep.symlink(name("x"), name("link"));
    deep.link(deep, FILE, name("second"));
    deep.rename(name("second"), deep, name("third"));
    if (Posix.system().capabilities().has(Capability.ALL_XATTRS)) {
      assertThat(deep.listXattr(FILE)).isEmpty();
    }
    assertThat(names(deep)).containsExactly("bottom", "link", "third");
    assertThat(deep.stat(FILE).mode()).isEqualTo(0640);
    assertThat(deep.stat(FILE).mtime()).isEqualTo(SOME_TIME);
    deep.unlink(FILE);
    deep.unlink(name("link"));
    deep.unlink(name("third"));
  }
}
