package io.salvor.provider.postgresql.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell runs what the server would run, and asks at the desk. */
class WalDeskTest {
  private static final String SEGMENT = "000000010000000000000003";

  @TempDir private Path temp;
  private Path home;
  private Path own;

  @BeforeEach
  void make() throws IOException {
    home = Files.createDirectory(temp.resolve("a 'place' of 100%, $HOME and `pwd`"));
    own = Files.createDirectory(temp.resolve("own"));
  }

  private WalDesk desk(WalSupply supply, boolean mayGoOn) throws IOException {
    return WalDesk.in(home, own, OsUser.SELF, supply, mayGoOn);
  }

  /** As the server does: %f is the name, %p where it wants the file, %% a percent sign. */
  private Process ask(WalDesk desk, String name, Path wanted) throws IOException {
    StringBuilder line = new StringBuilder();
    String command = desk.command();
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (c != '%') {
        line.append(c);
        continue;
      }
      char what = command.charAt(++i);
      line.append(what == 'f' ? name : what == 'p' ? wanted.toString() : "%");
    }
    return new ProcessBuilder("/bin/sh", "-c", line.toString())
        .directory(temp.toFile())
        .redirectErrorStream(true)
        .start();
  }

  private static int served(WalDesk desk, Process asking) throws Exception {
    while (asking.isAlive()) {
      long _ = desk.serve();
      Thread.onSpinWait();
    }
    return asking.waitFor();
  }

  @Test
  void aFileIsGivenWhateverTheDirectoryIsCalled() throws Exception {
    WalDesk desk =
        desk(
            (name, to) -> {
              Files.writeString(to, "bytes of " + name);
              return true;
            },
            false);
    Path wanted = temp.resolve("RECOVERYXLOG");

    assertThat(served(desk, ask(desk, SEGMENT, wanted))).isZero();

    assertThat(wanted).hasContent("bytes of " + SEGMENT);
    try (var files = Files.list(temp)) {
      assertThat(files).as("nothing was made elsewhere").containsOnly(home, own, wanted);
    }
  }

  @Test
  void whatThereIsNotIsTheEnd() throws Exception {
    WalDesk desk = desk(WalSupply.NONE, false);

    assertThat(served(desk, ask(desk, SEGMENT, temp.resolve("RECOVERYXLOG")))).isOne();
  }

  @Test
  void whatCannotBePutInPlaceIsAFailureAndNotTheEnd() throws Exception {
    WalDesk desk = desk((name, to) -> Files.exists(Files.writeString(to, "x")), false);

    assertThat(served(desk, ask(desk, SEGMENT, temp.resolve("nowhere/RECOVERYXLOG"))))
        .as("anything above 125 ends the server")
        .isGreaterThan(125);
  }

  @Test
  void onlyNamesOfWalAreAnswered() throws Exception {
    WalDesk desk =
        desk(
            (name, to) -> {
              throw new AssertionError(name);
            },
            false);
    for (String name : new String[] {"shadow", SEGMENT + ".partial"}) {
      Files.createFile(home.resolve("asked").resolve(name));
    }

    assertThat(desk.serve()).isZero();

    assertThat(home.resolve("asked")).isEmptyDirectory();
    assertThat(home.resolve("given")).isEmptyDirectory();
  }
}
