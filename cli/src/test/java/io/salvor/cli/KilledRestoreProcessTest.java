package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.testkit.files.TreeComparison;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Restores as processes that are killed at random moments, and the same command once more. */
class KilledRestoreProcessTest {
  private static final int KILLS = 4;

  @TempDir private Path top;

  @Test
  void theSameCommandCompletesItAndLeavesNoTemporaryNames() throws Exception {
    Path source = Files.createDirectories(top.resolve("data"));
    Random random = new Random(17);
    for (int i = 0; i < 1500; i++) {
      Path file = source.resolve("d" + i % 30 + "/f" + i);
      Files.createDirectories(file.getParent());
      byte[] content = new byte[random.nextInt(20_000)];
      random.nextBytes(content);
      Files.write(file, content);
    }
    byte[] large = new byte[24 << 20];
    random.nextBytes(large);
    Files.write(source.resolve("large"), large);
    assertThat(run("init").waitFor()).isZero();
    assertThat(run("backup", source.toString()).waitFor()).isZero();
    Path target = Files.createDirectories(top.resolve("target"));
    String[] restore = {
      "restore",
      "latest",
      "--to",
      target.toString(),
      "--on-conflict=overwrite",
      "--yes",
      "--progress=json"
    };
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      // Each time something is there already that is not as the backup has it.
      Files.createDirectories(target.resolve("d" + i));
      Files.writeString(target.resolve("d" + i + "/f" + i), "mine " + i);
      Process process = start(restore);
      awaitRestoring(process, random.nextLong(40L << 20) + 1);
      process.destroyForcibly();
      killed += process.waitFor() == 137 ? 1 : 0;
    }
    assertThat(killed).as("a run that has ended is not killed").isPositive();

    Process last = start(restore);
    String said = new String(last.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(last.waitFor()).as(said).isZero();
    assertThat(TreeComparison.byWalking(source, target)).isEmpty();
    try (var walk = Files.walk(target)) {
      assertThat(walk.map(p -> String.valueOf(p.getFileName())))
          .noneMatch(name -> name.startsWith(".salvor-"));
    }
  }

  /** Waits until the restore has written so many bytes, or has ended. */
  private static void awaitRestoring(Process process, long bytes) throws IOException {
    var events =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      JsonNode event = JsonMapper.shared().readTree(line);
      if (event.path("phase").asString("").equals("restore")
          && event.path("bytes").asLong(0) >= bytes / 2) {
        return;
      }
    }
  }

  private Process run(String... words) throws IOException {
    Process process = start(words);
    process.inputReader().lines().forEach(line -> {});
    return process;
  }

  private Process start(String... words) throws IOException {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-Xmx144m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                "io.salvor.cli.Main"));
    line.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(line).directory(top.toFile());
    builder.environment().put("SALVOR_REPO", top.resolve("repository").toString());
    builder.environment().put("SALVOR_PASSWORD", "secret");
    builder.environment().put("SALVOR_CACHE_DIR", top.resolve("state").toString());
    return builder.redirectOutput(ProcessBuilder.Redirect.PIPE).start();
  }
}
