package io.salvor.cli.kills;

import io.salvor.cli.command.Interruption;
import io.salvor.cli.command.Invocation;
import io.salvor.cli.command.Machine;
import io.salvor.cli.console.Console;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.provider.files.FilesProvider;
import io.salvor.provider.postgresql.logical.DatabaseProvider;
import io.salvor.provider.postgresql.logical.DatabaseTargets;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.stream.StandardInput;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A process that runs the commands which it reads, one a line, until it is killed: so that kills
 * meet commands, not the start of Java. Each answer is a line that ends by a mark.
 */
final class CommandServer {
  static final String MARK = " .";
  private static final JsonMapper JSON = JsonMapper.shared();

  private CommandServer() {}

  /** A command: its words, and what its environment has beside {@code SALVOR_*} of the process. */
  record Asked(List<String> words, Map<String, String> environment) {}

  /** What it came to. */
  record Answer(int exit, String out, String err) {
    JsonNode json() {
      return JSON.readTree(out);
    }
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream answers = System.out;
    BufferedReader asked =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = asked.readLine(); line != null; line = asked.readLine()) {
      answers.print(write(run(asked(line))) + "\n");
      answers.flush();
    }
  }

  /** Runs a command in this process, with no other environment. */
  static Answer run(Asked asked) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var console =
        new Console(
            InputStream.nullInputStream(), out, err, new Console.Terminals(false, false, false));
    List<String> words = new ArrayList<>(List.of("--json", "--timezone=UTC"));
    words.addAll(asked.words);
    int exit =
        new Invocation(machine(console, asked.environment)).run(words.toArray(new String[0]));
    return new Answer(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Machine machine(Console console, Map<String, String> environment) {
    Clock clock = Clock.systemUTC();
    Path here = Path.of("").toAbsolutePath();
    // Passphrases that are added cost what those cost that are there.
    long[] nanos = new long[1];
    return new Machine(
        console,
        environment,
        here,
        here,
        ZoneOffset.UTC,
        clock,
        () -> nanos[0] += 400_000_000,
        () -> new Argon2id(64, 1, 1),
        SecureRandom::new,
        () ->
            List.of(
                new FilesProvider(),
                new StandardInput(console.in(), clock),
                new DatabaseProvider("owner", Passwords.NONE, clock)),
        () -> List.of(new DatabaseTargets("owner", Passwords.NONE)),
        () -> "here",
        "tester",
        "salvor test",
        new Interruption());
  }

  static String write(Asked asked) {
    return JSON.writeValueAsString(Map.of("words", asked.words, "environment", asked.environment));
  }

  private static Asked asked(String line) {
    JsonNode node = JSON.readTree(line);
    List<String> words = new ArrayList<>();
    node.get("words").forEach(word -> words.add(word.asString()));
    Map<String, String> environment = new HashMap<>();
    node.get("environment")
        .properties()
        .forEach(p -> environment.put(p.getKey(), p.getValue().asString()));
    return new Asked(words, environment);
  }

  private static String write(Answer answer) {
    return JSON.writeValueAsString(
            Map.of("exit", answer.exit, "out", answer.out, "err", answer.err))
        + MARK;
  }

  /** Reads a line that shows that it is whole. */
  static Answer answer(String line) {
    JsonNode node = JSON.readTree(line.substring(0, line.length() - MARK.length()));
    return new Answer(
        node.get("exit").asInt(), node.get("out").asString(), node.get("err").asString());
  }
}
