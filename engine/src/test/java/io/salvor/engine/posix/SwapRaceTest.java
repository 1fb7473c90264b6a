package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A directory and a file are swapped for links that lead outside, while we descend. */
class SwapRaceTest extends PosixContract {

  private static final int ROUNDS = 3000;

  @Test
  void neverFollowsALinkPutInPlaceMeanwhile() throws Exception {
    needs(Capability.SAFE_DESCENT);
    needs(Capability.RENAME_MODES);
    root.mkdir(name("outside"), 0755);
    root.mkdir(name("inside"), 0755);
    root.mkdir(name("dir"), 0755);
    try (Dir outside = root.openDir(name("outside"));
        Dir inside = root.openDir(name("inside"))) {
      outside.createFile(name("secret"), 0644).close();
      inside.mkdir(name("dir"), 0755);
      inside.createFile(name("file"), 0644).close();
      inside.symlink(name("../outside"), name("dirlink"));
      inside.symlink(name("../outside/secret"), name("filelink"));
      Stat forbidden = outside.statSelf();
      Stat secret = outside.stat(name("secret"));
      AtomicBoolean stop = new AtomicBoolean();
      Thread swapper =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      while (!stop.get()) {
                        inside.rename(name("dir"), inside, name("dirlink"), RenameMode.EXCHANGE);
                        inside.rename(name("file"), inside, name("filelink"), RenameMode.EXCHANGE);
                      }
                    } catch (PosixException e) {
                      throw new AssertionError(e);
                    }
                  });
      int opened = 0;
      int refused = 0;
      try {
        // Until both have been met often enough, however the two threads are scheduled.
        while (opened + refused < ROUNDS || opened == 0 || refused == 0) {
          try (Dir dir = inside.openDir(name("dir"));
              FileHandle file = inside.openFile(name("file"));
              FileHandle write = inside.openForWrite(name("file"))) {
            assertThat(dir.statSelf().isSameFile(forbidden)).isFalse();
            assertThat(file.stat().isSameFile(secret)).isFalse();
            assertThat(write.stat().isSameFile(secret)).isFalse();
            opened++;
          } catch (PosixException e) {
            assertThat(e.isWrongKind()).as(e.getMessage()).isTrue();
            refused++;
          }
          chmodUnlessLink(inside);
        }
      } finally {
        stop.set(true);
        swapper.join();
      }
      assertThat(outside.stat(name("secret")).mode()).isEqualTo(secret.mode());
    }
  }

  private static void chmodUnlessLink(Dir inside) throws PosixException {
    try {
      inside.chmod(name("file"), 0600);
    } catch (PosixException e) {
      assertThat(e.isUnsupported()).as(e.getMessage()).isTrue();
    }
  }
}
