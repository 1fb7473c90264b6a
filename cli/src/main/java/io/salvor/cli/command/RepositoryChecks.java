package io.salvor.cli.command;

import io.salvor.cli.command.DoctorCommand.Result;
import io.salvor.cli.command.DoctorCommand.Verdict;
import io.salvor.cli.console.ErrorText;
import io.salvor.cli.console.HumanText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the doctor looks at in a repository. */
final class RepositoryChecks {
  private static final int MOST_FILES = 20_000;
  private static final long LITTLE = 1L << 30;
  private static final Duration AHEAD = Duration.ofMinutes(5);
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  private final Session session;
  private @Nullable Storage storage;
  private @Nullable Repository repository;

  RepositoryChecks(Session session) {
    this.session = session;
  }

  Result reachable() throws IOException {
    Storage opened = session.keep(Storages.open(session.repositoryAddress()));
    storage = opened;
    RepositoryDescription description = Keys.describe(opened);
    List<SalvorException> damage = Keys.damage(opened);
    if (!damage.isEmpty()) {
      return Result.failed(
          "storage",
          damage.getFirst().code(),
          ErrorText.inOneLine(damage.getFirst()),
          damage.getFirst().remedy());
    }
    return new Result(
        "storage", Verdict.OK, "repository " + description.id() + " in " + opened.address(), "");
  }

  /** An object that is never finished shows that one could be written, and leaves nothing. */
  Result writable() throws IOException {
    ObjectId probe = ObjectId.random(session.machine().random().get());
    try (ObjectWriter writer = storage().create(ObjectKind.DATA_PACK.name(probe))) {
      writer.write(ByteBuffer.allocate(4096));
    }
    return new Result("writing", Verdict.OK, "objects can be written", "");
  }

  Result durable() throws IOException {
    if (!(storage() instanceof DirectoryStorage directory)) {
      return new Result("durability", Verdict.OK, "is the storage's own business", "");
    }
    long began = session.machine().nanos().getAsLong();
    try (FileChannel root = FileChannel.open(directory.root(), StandardOpenOption.READ)) {
      root.force(true);
    }
    long took = session.machine().nanos().getAsLong() - began;
    return new Result(
        "durability",
        Verdict.OK,
        "a directory is written to the disk in " + HumanText.duration(Duration.ofNanos(took)),
        "");
  }

  Result freeSpace() throws IOException {
    if (!(storage() instanceof DirectoryStorage directory)) {
      return new Result("free space", Verdict.OK, "is the storage's own business", "");
    }
    FileStore store = Files.getFileStore(directory.root());
    long free = store.getUsableSpace();
    String detail =
        HumanText.size(free) + " of " + HumanText.size(store.getTotalSpace()) + " are free";
    return free >= LITTLE
        ? new Result("free space", Verdict.OK, detail, "")
        : new Result("free space", Verdict.WARNING, detail, "make room before the next backup");
  }

  Result permissions() throws IOException {
    if (!(storage() instanceof DirectoryStorage directory)) {
      return new Result("permissions", Verdict.OK, "are the storage's own business", "");
    }
    try (Stream<Path> files = Files.walk(directory.root())) {
      List<Path> open = files.limit(MOST_FILES).filter(RepositoryChecks::isOpen).limit(2).toList();
      return open.isEmpty()
          ? new Result("permissions", Verdict.OK, "nobody but the owner can read it", "")
          : new Result(
              "permissions",
              Verdict.FAILED,
              "others can reach " + open.getFirst(),
              "run: chmod -R go= " + directory.root());
    }
  }

  private static boolean isOpen(Path path) {
    try {
      PosixFileAttributes attributes =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return !attributes.isSymbolicLink()
          && attributes.permissions().stream().anyMatch(OTHERS::contains);
    } catch (IOException e) {
      // It has gone since it was listed.
      return false;
    }
  }

  Result opens() throws IOException {
    repository = session.openToRead();
    return new Result(
        "credential",
        Verdict.OK,
        (session.options().kms == null ? "the passphrase" : "the key") + " opens the repository",
        "");
  }

  /** What nobody can tell who can only write. */
  private Optional<Result> skipped(String name) {
    return repository().keys().self() == null
        ? Optional.empty()
        : Optional.of(
            new Result(
                name,
                Verdict.SKIPPED,
                "this credential is a write-only client's, which cannot check it",
                "run `salvor doctor` with a credential that reads, too"));
  }

  Result index() {
    return skipped("index").orElseGet(this::segments);
  }

  private Result segments() {
    List<SalvorException> issues = repository().index().issues();
    return issues.isEmpty()
        ? new Result("index", Verdict.OK, "every segment can be read", "")
        : Result.failed(
            "index",
            issues.getFirst().code(),
            ErrorText.inOneLine(issues.getFirst())
                + (issues.size() > 1 ? ", and " + (issues.size() - 1) + " more" : ""),
            issues.getFirst().remedy());
  }

  Result ledger() throws IOException {
    Optional<Result> skipped = skipped("ledger");
    if (skipped.isPresent()) {
      return skipped.get();
    }
    BackupList list = BackupList.read(repository());
    List<Losses.Loss> losses = Losses.find(list, repository());
    return losses.isEmpty()
        ? new Result("ledger", Verdict.OK, "everything that it names is there", "")
        : Result.failed(
            "ledger",
            losses.getFirst().code(),
            losses.getFirst().object() + ": " + losses.getFirst().message(),
            "`salvor verify` says what is touched, `salvor repair --dry-run` what can be done");
  }

  Result backups() throws IOException {
    Optional<Result> skipped = skipped("backups");
    if (skipped.isPresent()) {
      return skipped.get();
    }
    BackupList list = BackupList.read(repository());
    if (list.backups().isEmpty()) {
      return new Result(
          "backups", Verdict.WARNING, "there are none yet", "make one with `salvor backup`");
    }
    Backup last = list.backups().getLast();
    Instant finished = last.manifest().finished();
    if (finished.isAfter(repository().now().plus(AHEAD))) {
      return new Result(
          "backups",
          Verdict.WARNING,
          "backup " + last.id() + " ended at " + session.time(finished) + ", which is yet to come",
          "set this machine's clock, or the one that made the backup");
    }
    return new Result(
        "backups",
        Verdict.OK,
        HumanText.count(list.backups().size())
            + ", the last "
            + session.age(finished)
            + " ago: "
            + last.manifest().status().word(),
        "");
  }

  private Storage storage() {
    if (storage == null) {
      throw new IllegalStateException("not reached");
    }
    return storage;
  }

  private Repository repository() {
    if (repository == null) {
      throw new IllegalStateException("not opened");
    }
    return repository;
  }
}
