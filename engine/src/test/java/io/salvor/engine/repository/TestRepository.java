package io.salvor.engine.repository;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;

/** A repository in a directory, with a clock that tests set, for tests of what stands above. */
public final class TestRepository implements InstantSource {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);

  private final Path directory;
  private final LocalState local;
  private Instant now = Instant.parse("2026-01-30T15:00:00Z");
  private Runnable whileWaiting = () -> {};

  /** Makes one below {@code temp}. */
  public TestRepository(Path temp) throws IOException {
    this.directory = temp.resolve("repository");
    this.local =
        LocalState.open(Map.of("SALVOR_CACHE_DIR", temp.resolve("local").toString()), temp);
    try (Storage storage = DirectoryStorage.create(directory)) {
      Repository.create(storage, passphrase(), "test", CHEAP, surroundings());
    }
  }

  /** Opens it. */
  public Repository open() throws IOException {
    return open(DirectoryStorage.open(directory));
  }

  /** Opens it in another view of the same storage. */
  public Repository open(Storage storage) throws IOException {
    return open(storage, Progress.NONE);
  }

  /** Opens it, telling what there is to tell. */
  public Repository open(Storage storage, Progress progress) throws IOException {
    return Repository.open(storage, passphrase(), surroundings(), progress);
  }

  /** Where it lies. */
  public Path directory() {
    return directory;
  }

  /** Lets time pass. */
  public void advance(long seconds) {
    now = now.plusSeconds(seconds);
  }

  /** What happens whenever somebody waits; the clock has moved on by then. */
  public void whileWaiting(Runnable action) {
    whileWaiting = action;
  }

  private void sleep(Duration time) {
    now = now.plus(time);
    whileWaiting.run();
  }

  @Override
  public Instant instant() {
    return now;
  }

  private Surroundings surroundings() {
    return new Surroundings(this, new SecureRandom(), local, "test", this::sleep);
  }

  private static Passphrase passphrase() {
    return Passphrase.of("secret".getBytes(StandardCharsets.UTF_8));
  }
}
