package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line as processes: signals, pipes, terminals, permissions. */
class ProcessTest {
  private static final int LARGE = 384 << 20;
  private static final Set<PosixFilePermission> OWNER =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  @TempDir private Path top;
  private Path source;

  private record Result(int exit, String out, String err) {
    JsonNode json() {
      return JsonMapper.shared().readTree(out);
    }
  }

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(top.resolve("data"));
    for (int i = 0; i < 300; i++) {
      Files.writeString(source.resolve("file-" + i), "file " + i + "\n");
    }
  }

  @Test
  void theFirstInterruptionEndsABackupInOrderAndTheNextGoesOn() throws Exception {
    run("init");
    random(source.resolve("large"));
    Process backup = start(List.of("backup", source.toString(), "--progress=json"));
    long seen = awaitBytes(backup, 24 << 20);

    interrupt(backup);
    Result ended = result(backup);

    assertThat(ended.exit()).isEqualTo(130);
    assertThat(ended.err()).contains("salvor: the command was interrupted [SLV-6003]", "SIGINT");
    JsonNode listed = run("list", "--json").json().get("backups");
    assertThat(listed).hasSize(1);
    assertThat(listed.get(0).get("status").asString()).isEqualTo("interrupted");
    JsonNode next = run("backup", source.toString(), "--json").json();
    assertThat(next.get("status").asString()).isEqualTo("success");
    assertThat(next.get("resumed").asBoolean()).isTrue();
    assertThat(next.get("bytes").get("added").asLong())
        .as("what was uploaded is not sent twice")
        .isLessThan(LARGE - seen / 2);
    assertThat(run("list", "--json").json().get("backups")).hasSize(1);
  }

  @Test
  void anInterruptionCountsEvenWhereTheCallerIgnoresIt() throws Exception {
    run("init");
    random(source.resolve("large"));
    // As a shell starts what it puts into the background.
    Process backup =
        process(
            List.of(
                "sh",
                "-c",
                "trap '' INT; exec " + salvor("backup", source.toString(), "--progress=json")));
    awaitBytes(backup, 8 << 20);

    interrupt(backup);
    Result ended = result(backup);

    assertThat(ended.exit()).isEqualTo(130);
    assertThat(ended.err()).contains("SLV-6003", "SIGINT");
  }

  @Test
  void anInterruptionAtAQuestionEndsAtOnce() throws Exception {
    assumeThat(Path.of("/usr/bin/script")).as("script is installed").exists();
    run("init");
    run("backup", source.toString());
    Files.writeString(source.resolve("file-7"), "mine\n");
    Process restore =
        process(
            List.of("script", "-qec", salvor("restore", "latest", "--to", "origin"), "/dev/null"));
    var screen =
        new BufferedReader(new InputStreamReader(restore.getInputStream(), StandardCharsets.UTF_8));
    StringBuilder shown = new StringBuilder();
    while (shown.indexOf("write nothing? ") < 0) {
      int c = screen.read();
      assertThat(c).as(shown::toString).isNotNegative();
      shown.append((char) c);
    }

    restore.getOutputStream().write(3);
    restore.getOutputStream().flush();

    assertThat(restore.waitFor(1, TimeUnit.MINUTES)).isTrue();
    assertThat(restore.exitValue()).isEqualTo(130);
    assertThat(screen.lines().toList().toString()).contains("SLV-6003");
    assertThat(source.resolve("file-7")).hasContent("mine");
  }

  @Test
  void whatCannotBeReadIsNamedAndTheRestGoesOn() throws Exception {
    assumeThat(Path.of("/usr/bin/setpriv")).as("setpriv is installed").exists();
    run("init");
    run("backup", source.toString());
    Path locked = Files.createDirectories(source.resolve("locked"));
    Files.writeString(locked.resolve("inside"), "x\n");
    Files.writeString(source.resolve("secret"), "x\n");
    run("backup", source.toString());
    Files.setPosixFilePermissions(locked, Set.of());
    Files.setPosixFilePermissions(source.resolve("secret"), Set.of());
    Files.delete(source.resolve("file-3"));
    Result backup = result(process(unprivileged("backup", source.toString(), "--json")));
    String earlier = run("list", "--json").json().get("backups").get(1).get("id").asString();
    Result planned =
        result(process(unprivileged("restore", earlier, "--to=origin", "--dry-run", "--json")));
    Result restored =
        result(
            process(
                unprivileged(
                    "restore",
                    earlier,
                    "--to=origin",
                    "--on-conflict=overwrite",
                    "--yes",
                    "--json")));

    assertThat(backup.exit()).as(backup.err()).isEqualTo(3);
    assertThat(backup.json().get("errors").toString()).contains("locked", "secret", "SLV-3003");
    JsonNode partial = run("list", "--status", "partial", "--json").json().get("backups");
    assertThat(partial).hasSize(1);
    assertThat(partial.get(0).get("id")).isEqualTo(backup.json().get("id"));
    assertThat(planned.exit()).as(planned.err()).isEqualTo(3);
    assertThat(planned.json().get("errors").toString()).contains("locked", "SLV-4010");
    assertThat(restored.exit()).as(restored.err()).isEqualTo(3);
    assertThat(restored.json().get("status").asString()).isEqualTo("partial");
    assertThat(restored.json().get("errors").toString()).contains("locked", "secret", "SLV-4010");
    assertThat(source.resolve("file-3")).hasContent("file 3");
  }

  /** Also root is then somebody whom permissions bind. */
  private static List<String> unprivileged(String... words) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "setpriv",
                "--inh-caps=-dac_override,-dac_read_search",
                "--bounding-set=-dac_override,-dac_read_search"));
    line.addAll(java());
    line.addAll(List.of(words));
    return line;
  }

  @Test
  void aKilledBackupHarmsNothing() throws Exception {
    run("init");
    String first = run("backup", source.toString(), "--json").json().get("id").asString();
    random(source.resolve("large"));
    Process backup = start(List.of("backup", source.toString(), "--progress=json"));
    awaitBytes(backup, 8 << 20);
    backup.destroyForcibly().waitFor();

    assertThat(run("verify", "--depth", "full").exit()).isZero();
    assertThat(run("show", "latest", "--json").json().get("id").asString()).isEqualTo(first);
    assertThat(run("backup", source.toString()).exit()).isZero();
  }

  @Test
  void aReaderThatGoesAwayIsNoFailure() throws Exception {
    run("init");
    run("backup", source.toString());

    Result piped = shell(salvor("ls", "latest") + " | head -n 1");

    assertThat(piped.out().lines()).hasSize(1);
    assertThat(piped.err()).isEmpty();
  }

  @Test
  void aFullOutputIsAFailure() throws Exception {
    run("init");
    run("backup", source.toString());

    Result full = shell(salvor("ls", "latest") + " > /dev/full");

    assertThat(full.exit()).isEqualTo(1);
    assertThat(full.err()).contains("SLV-5005").hasLineCount(3);
  }

  @Test
  void nobodyElseCanReadWhateverTheUmask() throws Exception {
    shell("umask 0; " + salvor("init") + " && " + salvor("backup", source.toString()));

    for (Path place : List.of(top.resolve("repository"), top.resolve("state"))) {
      try (Stream<Path> all = Files.walk(place)) {
        assertThat(all.toList())
            .hasSizeGreaterThan(2)
            .allSatisfy(path -> assertThat(OWNER).containsAll(Files.getPosixFilePermissions(path)));
      }
    }
  }

  @Test
  void aTerminalGetsColoursAndAProgressLine() throws Exception {
    assumeThat(Path.of("/usr/bin/script")).as("script is installed").exists();
    run("init");
    random(source.resolve("large"));

    String backup = terminal(salvor("backup", source.toString()));
    String plain = terminal("NO_COLOR=1 " + salvor("list"));
    String styled = terminal(salvor("list"));

    assertThat(backup).contains("\r", "capture", " items", " MiB of ");
    assertThat(styled).contains("\u001b[2mID");
    assertThat(plain).contains("ID").doesNotContain("\u001b[2m");
  }

  @Test
  void theCommandLineIsExplainedOnItsOwn() throws Exception {
    Result bare = run();
    assertThat(bare.exit()).isEqualTo(2);
    assertThat(bare.out()).contains("usage: salvor", "  backup ", "  restore ");
    assertThat(run("--version").out()).startsWith("salvor ");
    assertThat(run("help", "restore").out()).contains("examples:", "--on-conflict");
    assertThat(run("--help").exit()).isZero();
  }

  private void random(Path file) throws IOException {
    byte[] block = new byte[1 << 20];
    SplittableRandom random = new SplittableRandom(7);
    try (var out = Files.newOutputStream(file)) {
      for (int i = 0; i < LARGE / block.length; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  /** Waits until so many bytes have been read, as the events tell. */
  private static long awaitBytes(Process process, long bytes) throws IOException {
    var events =
        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    for (String line = events.readLine(); line != null; line = events.readLine()) {
      JsonNode event = JsonMapper.shared().readTree(line);
      if (event.has("bytes") && event.get("bytes").asLong() >= bytes) {
        return event.get("bytes").asLong();
      }
    }
    throw new AssertionError("it ended before it was stopped");
  }

  private static void interrupt(Process process) throws Exception {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  private Result run(String... words) throws Exception {
    return result(start(List.of(words)));
  }

  private Process start(List<String> words) throws IOException {
    List<String> line = new ArrayList<>(java());
    line.addAll(words);
    return process(line);
  }

  private Result shell(String line) throws Exception {
    return result(process(List.of("bash", "-o", "pipefail", "-c", line)));
  }

  private String terminal(String line) throws Exception {
    return shell("script -qec \"" + line.replace("\"", "\\\"") + "\" /dev/null").out();
  }

  private Process process(List<String> line) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(line).directory(top.toFile());
    builder.environment().put("SALVOR_REPO", top.resolve("repository").toString());
    builder.environment().put("SALVOR_PASSWORD", "secret");
    builder.environment().put("SALVOR_CACHE_DIR", top.resolve("state").toString());
    builder.environment().remove("NO_COLOR");
    return builder.start();
  }

  private static Result result(Process process) throws Exception {
    process.getOutputStream().close();
    try (var out = process.getInputStream();
        var err = process.getErrorStream()) {
      String printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      String told = new String(err.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
      return new Result(process.exitValue(), printed, told);
    }
  }

  private static String salvor(String... words) {
    return String.join(" ", java()) + " " + String.join(" ", words);
  }

  private static List<String> java() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "-Xmx144m",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        "io.salvor.cli.Main");
  }
}
