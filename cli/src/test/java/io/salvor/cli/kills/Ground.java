package io.salvor.cli.kills;

import io.salvor.cli.kills.Chronicle.Asker;
import io.salvor.cli.kills.CommandServer.Asked;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.testkit.repository.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** A directory with a repository, a place for its copy, sources, and who works on them. */
final class Ground {
  private static final String PASSWORD = "secret";

  final Path temp;
  private final AtomicInteger strangers = new AtomicInteger();

  Ground(Path temp) {
    this.temp = temp;
  }

  Path repository() {
    return temp.resolve("repository");
  }

  Path copy() {
    return temp.resolve("copy");
  }

  Path source(int number) {
    return temp.resolve("source" + number);
  }

  /** A repository whose passphrase costs little to try. */
  void init() throws IOException {
    try (DirectoryStorage storage = DirectoryStorage.create(repository())) {
      new Machine(temp.resolve("maker"), Clock.systemUTC()).init(storage, new Argon2id(64, 1, 1));
    }
  }

  /**
   * A key of the service that stands in for others; unlike a passphrase it costs nothing to try.
   */
  String key(String name) {
    return "kms:file:" + temp.resolve("keys").resolve(name);
  }

  void change(int source, Random random) throws IOException {
    Trees.change(source(source), random);
  }

  private Map<String, String> environment(String state) {
    Map<String, String> environment = new HashMap<>();
    environment.put("SALVOR_REPO", repository().toString());
    environment.put("SALVOR_PASSWORD", PASSWORD);
    environment.put("SALVOR_CACHE_DIR", temp.resolve(state).toString());
    return environment;
  }

  Asked asked(Asker who, String... words) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(who.always());
    return new Asked(all, who.environment());
  }

  Asker machine(String state) {
    return new Asker(environment(state), List.of());
  }

  /** A machine that has never seen the repository. */
  Asker stranger() {
    return machine("stranger" + strangers.getAndIncrement());
  }
}
