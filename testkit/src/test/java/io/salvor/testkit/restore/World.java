package io.salvor.testkit.restore;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Surroundings;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictPrompt;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Undo;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import io.salvor.provider.files.FilesProvider;
import io.salvor.provider.files.target.FilesTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A repository in a directory, and what people do with it. */
final class World implements AutoCloseable {
  private static final Argon2id CHEAP = new Argon2id(64, 1, 1);

  private final Path directory;
  final Repository repository;
  final Restores restores;

  World(Path directory) throws IOException {
    this(directory, "repository");
  }

  World(Path directory, String name) throws IOException {
    this(directory, name, storage -> storage);
  }

  World(Path directory, String name, UnaryOperator<Storage> behind) throws IOException {
    this.directory = directory;
    Path storage = directory.resolve(name);
    LocalState local =
        LocalState.open(
            Map.of("SALVOR_CACHE_DIR", directory.resolve("local").toString()), directory);
    Surroundings surroundings =
        new Surroundings(Clock.systemUTC(), new SecureRandom(), local, "test");
    if (!Files.exists(storage)) {
      Repository.create(
          DirectoryStorage.create(storage), passphrase(), "test", CHEAP, surroundings);
    }
    repository =
        Repository.open(
            behind.apply(DirectoryStorage.open(storage)),
            passphrase(),
            surroundings,
            Progress.NONE);
    restores = new Restores(repository, "host", "test");
  }

  static Passphrase passphrase() {
    return Passphrase.of("correct horse".toCharArray());
  }

  /** Removes what NIO cannot: paths beyond PATH_MAX. */
  static void remove(Path path) throws Exception {
    int status = new ProcessBuilder("rm", "-rf", path.toString()).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IOException("rm -rf " + path + ": " + status);
    }
  }

  Backup backup(Path source) throws Exception {
    try (Source opened = new FilesProvider().open(List.of(source.toString()), CaptureOptions.ALL)) {
      return backup(opened);
    }
  }

  Backup backup(Source source) throws Exception {
    return BackupRun.backup(
            repository,
            source,
            new BackupRequest(null, "host", "test", "", "", new TreeMap<>()),
            Progress.NONE)
        .backup();
  }

  FilesTarget target(Path path) {
    return FilesTarget.open(
        path,
        List.of(directory.resolve("repository"), directory.resolve("local")),
        restores.records()::isDead,
        repository.blobs(),
        repository.keys()::blobId);
  }

  static RestoreRequest request(Backup backup, ConflictStrategy strategy) {
    return new RestoreRequest(
        backup,
        Scope.ALL,
        RestoreMode.INPLACE,
        strategy,
        ConflictPrompt.NOBODY,
        false,
        Check.CONTENT);
  }

  static RestoreRequest including(Backup backup, ConflictStrategy strategy, String... include) {
    RestoreRequest all = request(backup, strategy);
    return new RestoreRequest(
        backup,
        Scope.of(Selection.of(List.of(include), List.of())),
        all.mode(),
        strategy,
        all.prompt(),
        false,
        all.check());
  }

  static RestoreRequest deleting(RestoreRequest request) {
    return new RestoreRequest(
        request.backup(),
        request.scope(),
        request.mode(),
        request.strategy(),
        request.prompt(),
        true,
        request.check());
  }

  PlannedRestore plan(RestoreRequest request, Path to) throws IOException {
    try (FilesTarget target = target(to)) {
      return restores.plan(request, target, Progress.NONE);
    }
  }

  RestoreReport restore(Backup backup, Path to) throws Exception {
    return restore(request(backup, ConflictStrategy.OVERWRITE), to);
  }

  RestoreReport restore(RestoreRequest request, Path to) throws Exception {
    return restore(request, to, Progress.NONE);
  }

  RestoreReport restore(RestoreRequest request, Path to, Progress progress) throws Exception {
    try (FilesTarget target = target(to);
        PlannedRestore planned = restores.plan(request, target, progress)) {
      return restores.apply(planned, true, new Undo.Into(repository), target, progress);
    }
  }

  RestoreReport rollBack(Path to, ConflictStrategy strategy) throws Exception {
    var last = restores.records().list().getLast();
    try (FilesTarget target = target(to);
        PlannedRestore planned =
            restores.planRollback(
                last.id(), strategy, ConflictPrompt.NOBODY, Check.CONTENT, target, Progress.NONE)) {
      return restores.apply(planned, true, new Undo.Into(repository), target, Progress.NONE);
    }
  }

  static List<String> steps(PlannedRestore planned) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var steps = planned.file().steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        lines.add(step.change().word() + " " + step.key() + " " + step.resolution().word());
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    repository.close();
  }
}
