package io.salvor.cli;

import io.salvor.cli.command.Interruption;
import io.salvor.cli.command.Machine;
import io.salvor.cli.console.Console;
import io.salvor.cli.console.Console.Terminals;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.engine.source.Provider;
import io.salvor.provider.files.FilesProvider;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.follow.ClusterLogs;
import io.salvor.provider.postgresql.logical.DatabaseProvider;
import io.salvor.provider.postgresql.logical.DatabaseTargets;
import io.salvor.provider.postgresql.protocol.PasswordFile;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.stream.StandardInput;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Everything that a command works with is put together here, by hand and in order: streams, clock,
 * randomness, the providers. The storages are in {@link io.salvor.engine.storage.Storages}; what
 * belongs to one repository is opened in {@code Session}.
 */
final class Wiring {
  private Wiring() {}

  /** The process as it is. */
  static Machine machine() {
    Interruption interruption = new Interruption();
    Signals.connect(interruption);
    return machine(processStreams(), interruption);
  }

  /** The process with other streams. */
  static Machine machine(Console console, Interruption interruption) {
    Clock clock = Clock.systemUTC();
    return new Machine(
        console,
        System.getenv(),
        home(System.getenv()),
        Path.of("").toAbsolutePath(),
        ZoneId.systemDefault(),
        clock,
        System::nanoTime,
        () -> Argon2id.calibrated(System::nanoTime),
        SecureRandom::new,
        () -> providers(console.in(), clock, System.getenv()),
        () -> targets(System.getenv()),
        Wiring::host,
        System.getProperty("user.name", "unknown"),
        "salvor " + Version.current(),
        interruption);
  }

  /** The directory that XDG counts from; Java knows only the one of the user database. */
  static Path home(Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", "");
    return Path.of(home.startsWith("/") ? home : System.getProperty("user.home", "/"));
  }

  /** Every kind of source. */
  private static List<Provider> providers(
      InputStream in, InstantSource clock, Map<String, String> environment) {
    return List.of(
        new FilesProvider(),
        new StandardInput(in, clock),
        new ClusterLogs(
            new ClusterProvider(postgresUser(environment), passwords(environment), clock),
            passwords(environment)),
        new DatabaseProvider(postgresUser(environment), passwords(environment), clock),
        MariaDb.sources(environment, clock),
        MongoDb.sources(environment, clock));
  }

  private static String postgresUser(Map<String, String> environment) {
    return environment.getOrDefault("PGUSER", System.getProperty("user.name", "postgres"));
  }

  /** As the server's own tools find them. */
  private static Passwords passwords(Map<String, String> environment) {
    String file = environment.getOrDefault("PGPASSFILE", "");
    Passwords given =
        endpoint -> {
          String password = environment.get("PGPASSWORD");
          return password == null || password.isEmpty() ? null : password.toCharArray();
        };
    return given.or(
        new PasswordFile(file.isEmpty() ? home(environment).resolve(".pgpass") : Path.of(file)));
  }

  /** Every kind of target beside directories. */
  private static List<TargetProvider> targets(Map<String, String> environment) {
    return List.of(
        new DatabaseTargets(postgresUser(environment), passwords(environment)),
        MariaDb.targets(environment),
        MongoDb.targets(environment, SecureRandom::new));
  }

  private static Console processStreams() {
    return new Console(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        new Terminals(isTerminal(0), isTerminal(1), isTerminal(2)));
  }

  /** Linux tells what a descriptor leads to; elsewhere nothing counts as a terminal. */
  private static boolean isTerminal(int descriptor) {
    try {
      String to = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return to.startsWith("/dev/pts/") || to.startsWith("/dev/tty") || to.equals("/dev/console");
    } catch (IOException e) {
      return false;
    }
  }

  private static String host() {
    try {
      String name = Files.readString(Path.of("/proc/sys/kernel/hostname"), StandardCharsets.UTF_8);
      return name.strip();
    } catch (IOException e) {
      return System.getenv().getOrDefault("HOSTNAME", "localhost");
    }
  }
}
