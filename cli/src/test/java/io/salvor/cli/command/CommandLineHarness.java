package io.salvor.cli.command;

import io.salvor.cli.console.Console;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.provider.files.FilesProvider;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.follow.ClusterLogs;
import io.salvor.provider.postgresql.logical.DatabaseProvider;
import io.salvor.provider.postgresql.logical.DatabaseTargets;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.stream.StandardInput;
import io.salvor.testkit.SettableClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs commands in this process, each a minute after the one before. */
final class CommandLineHarness {
  static final String PASSWORD = "correct horse";

  /** Thousands of commands would take minutes to open their repositories. */
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);

  final SettableClock clock = SettableClock.at("2026-01-30T15:00:00Z");
  final Map<String, String> environment = new HashMap<>();
  final Interruption interruption = new Interruption();
  private final Path top;
  private InstantSource time = clock;
  private byte[] input = new byte[0];
  private Console.Terminals terminals = Console.Terminals.NONE;

  /** What a command came to. */
  record Result(int exit, byte[] bytes, String err) {
    String out() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    JsonNode json() {
      return JsonMapper.shared().readTree(bytes);
    }
  }

  CommandLineHarness(Path top) {
    this.top = top;
    environment.put("SALVOR_REPO", repository().toString());
    environment.put("SALVOR_PASSWORD", PASSWORD);
    environment.put("SALVOR_CACHE_DIR", top.resolve("state").toString());
  }

  Path repository() {
    return top.resolve("repository");
  }

  /** For commands that wait for others: the system's own clock. */
  CommandLineHarness inRealTime() {
    time = Clock.systemUTC();
    return this;
  }

  CommandLineHarness input(byte[] bytes) {
    input = bytes;
    return this;
  }

  /** As if a person sat there, who types this. */
  Result typing(String input, String... words) {
    terminals = new Console.Terminals(true, true, true);
    try {
      return input(input.getBytes(StandardCharsets.UTF_8)).run(words);
    } finally {
      terminals = Console.Terminals.NONE;
    }
  }

  Result run(String... words) {
    clock.advance(Duration.ofMinutes(1));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var console = new Console(new ByteArrayInputStream(input), out, err, terminals);
    int exit = new Invocation(machine(console)).run(words);
    input = new byte[0];
    return new Result(exit, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  /** Runs a command that must succeed, and reads its document. */
  JsonNode json(String... words) {
    Result result = run(withJson(words));
    if (result.exit() != 0) {
      throw new AssertionError(result.exit() + " " + result.err());
    }
    return result.json();
  }

  static String[] withJson(String... words) {
    String[] all = new String[words.length + 1];
    all[0] = "--json";
    System.arraycopy(words, 0, all, 1, words.length);
    return all;
  }

  private char @Nullable [] password(Endpoint endpoint) {
    String password = environment.get("PGPASSWORD");
    return password == null ? null : password.toCharArray();
  }

  private Machine machine(Console console) {
    long[] nanos = new long[1];
    return new Machine(
        console,
        environment,
        top,
        top,
        ZoneOffset.UTC,
        time,
        () -> nanos[0] += 400_000_000,
        () -> CHEAP,
        SecureRandom::new,
        () ->
            List.of(
                new FilesProvider(),
                new StandardInput(console.in(), time),
                new ClusterLogs(
                    new ClusterProvider("tester", this::password, time), this::password),
                new DatabaseProvider("tester", this::password, time),
                new io.salvor.provider.mysql.follow.DatabaseLogs(
                    "tester", endpoint -> environment.get("MYSQL_PWD"), time),
                new io.salvor.provider.mongodb.logical.DatabaseProvider(
                    endpoint -> environment.get("MONGODB_PASSWORD"), time)),
        () ->
            List.of(
                new DatabaseTargets("tester", this::password),
                new io.salvor.provider.mysql.logical.DatabaseTargets(
                    "tester", endpoint -> environment.get("MYSQL_PWD")),
                new io.salvor.provider.mongodb.logical.DatabaseTargets(
                    endpoint -> environment.get("MONGODB_PASSWORD"), SecureRandom::new)),
        () -> "testhost",
        "tester",
        "salvor test",
        interruption);
  }
}
