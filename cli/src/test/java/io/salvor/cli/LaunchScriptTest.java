package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell code that finds a JDK, run by the system's own shell. */
class LaunchScriptTest {
  private static final Path SCRIPT = Path.of("src/main/launcher/lib/launch.sh").toAbsolutePath();

  @TempDir private Path directory;
  private Path home;

  @BeforeEach
  void makeHome() throws IOException {
    home = Files.createDirectories(directory.resolve("a jdk"));
    Files.createDirectories(home.resolve("bin"));
    program("java");
  }

  @ParameterizedTest
  @CsvSource({
    "25, 0",
    "25.0.3, 0",
    "26-ea, 0",
    "25+36, 0",
    "100.1, 0",
    "17.0.15, 1",
    "1.8.0_402, 1",
    "'', 1"
  })
  void aHomeIsTakenByTheVersionInItsReleaseFile(String version, int expected) throws Exception {
    release("IMPLEMENTOR=\"Someone\"\nJAVA_VERSION=\"" + version + "\"\nLIBC=\"gnu\"\n");

    assertThat(run("is_java_home \"$1\"", home.toString()).exit()).isEqualTo(expected);
  }

  @Test
  void aHomeWithoutTheCompilerDoesNotDoForABuild() throws Exception {
    release("JAVA_VERSION=\"25\"");

    assertThat(run("is_java_home \"$1\" javac", home.toString()).exit()).isEqualTo(1);
    program("javac");
    assertThat(run("is_java_home \"$1\" javac", home.toString()).exit()).isZero();
  }

  @Test
  void aHomeWithoutReleaseFileIsPassedOver() throws Exception {
    assertThat(run("is_java_home \"$1\"", home.toString()).exit()).isEqualTo(1);
  }

  @Test
  void javaHomeComesFirst() throws Exception {
    release("JAVA_VERSION=\"99\"\n");

    var result = run("JAVA_HOME=$1; find_java; echo \"$java_home\"", home.toString());

    assertThat(result).isEqualTo(new Result(0, home + "\n"));
  }

  @Test
  void anOldJavaHomeIsPassedOverForTheOneOnThePath() throws Exception {
    release("JAVA_VERSION=\"17.0.1\"\n");
    Path onPath = Files.createDirectories(directory.resolve("other"));
    Files.createDirectories(onPath.resolve("bin"));
    Files.copy(
        home.resolve("bin/java"),
        onPath.resolve("bin/java"),
        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    Files.writeString(onPath.resolve("release"), "JAVA_VERSION=\"99\"\n");
    Path links = Files.createDirectories(directory.resolve("links"));
    Files.createSymbolicLink(links.resolve("java"), onPath.resolve("bin/java"));

    var result =
        run(
            "JAVA_HOME=$1; PATH=$2:$PATH; find_java; echo \"$java_home\"",
            home.toString(),
            links.toString());

    assertThat(result).isEqualTo(new Result(0, onPath.toRealPath() + "\n"));
  }

  private record Result(int exit, String output) {}

  private static Result run(String commands, String... arguments) throws Exception {
    List<String> line =
        Stream.concat(
                Stream.of("sh", "-c", "set -u; . '" + SCRIPT + "'; " + commands, "sh"),
                Stream.of(arguments))
            .toList();
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), output);
  }

  private void program(String name) throws IOException {
    Files.writeString(home.resolve("bin").resolve(name), "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        home.resolve("bin").resolve(name), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private void release(String content) throws IOException {
    Files.writeString(home.resolve("release"), content);
  }
}
