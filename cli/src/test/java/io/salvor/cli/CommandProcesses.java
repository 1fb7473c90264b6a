package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.PublishedSchemas;
import io.salvor.engine.repository.Sleeper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs commands in processes of their own, which can be killed. */
final class CommandProcesses {
  private final Path top;

  CommandProcesses(Path top) {
    this.top = top;
  }

  Process start(String... words) throws IOException {
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
    builder.environment().put("PGPASSWORD", "secret");
    builder.redirectError(errors(words[0]).toFile());
    return builder.start();
  }

  private Path errors(String command) {
    return top.resolve("errors-" + command);
  }

  /** Runs a command that must succeed, and reads its document. */
  JsonNode run(String... words) throws Exception {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = "--json";
    Process process = start(all);
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(out + Files.readString(errors(words[0]))).isZero();
    return JsonMapper.shared().readTree(out);
  }

  /** Follows, and has told that it streams. */
  Follower follow(String address, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("follow", address, "--json"));
    words.addAll(List.of(more));
    Process process = start(words.toArray(String[]::new));
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    return new Follower(process, out).awaitStreaming();
  }

  /** Waits until what was committed by a time can be recovered. */
  JsonNode awaitWindow(String address, Instant time) throws Exception {
    for (int i = 0; i < 60; i++) {
      JsonNode document = run("windows", "--source", address);
      PublishedSchemas.check("windows", document.toString());
      JsonNode windows = document.get("windows");
      if (!windows.isEmpty()
          && !Instant.parse(windows.get(0).get("to").asString()).isBefore(time)) {
        return windows.get(0);
      }
      Sleeper.REAL.sleep(Duration.ofMillis(200));
    }
    throw new AssertionError("the window does not reach " + time);
  }

  /** One that follows, and what it tells. */
  record Follower(Process process, BufferedReader out) {
    JsonNode next() throws IOException {
      String line = out.readLine();
      assertThat(line).as("a line of the follower").isNotNull();
      PublishedSchemas.check("follow", line);
      return JsonMapper.shared().readTree(line);
    }

    Follower awaitStreaming() throws IOException {
      JsonNode line = next();
      while (!line.get("event").asString().equals("streaming")) {
        line = next();
      }
      assertThat(line.get("position").asString()).matches("[0-9A-F]+/[0-9A-F]+");
      return this;
    }

    void terminate() throws Exception {
      new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).isZero();
    }

    void kill() throws InterruptedException {
      int _ = process.destroyForcibly().waitFor();
    }
  }
}
