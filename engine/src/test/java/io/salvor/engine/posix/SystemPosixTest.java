package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SystemPosixTest {

  @Test
  void takesTheNativeOneOnLinux() {
    assumeTrue(Sys.KNOWN, "not Linux on a known processor");
    assertThat(Posix.system().capabilities().missing()).as(Posix.system().toString()).isEmpty();
    assertThat(Posix.system()).isSameAs(Posix.system());
  }

  @Test
  void announcesTheFallbackWhereNativeAccessIsDenied() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                java,
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                SystemPosixTest.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("Java NIO, because native access is not to be had");
    assertThat(output).contains("SAFE_DESCENT");
  }

  /** In the other process: shows the choice, and that it works. */
  public static void main(String[] arguments) throws PosixException {
    Capabilities capabilities = Posix.system().capabilities();
    System.out.println(capabilities.detail() + ", without " + capabilities.missing());
    try (Dir root = Posix.system().openRoot(RawNames.of("/"))) {
      System.out.println(root.list().size() + " names");
    }
  }
}
