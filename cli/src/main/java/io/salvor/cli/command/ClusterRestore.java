package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.Owners;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeItem;
import io.salvor.provider.files.target.InPlace;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.recovery.ClusterTarget;
import io.salvor.provider.postgresql.recovery.Recovery;
import io.salvor.provider.postgresql.recovery.RecoveryGoal;
import io.salvor.provider.postgresql.recovery.StoredCluster;
import io.salvor.provider.postgresql.recovery.Tablespaces;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What restoring a cluster needs beside its files. */
final class ClusterRestore {
  /** Where tablespaces lay; without it they are directories inside. */
  private static final Key TABLESPACES = Key.of("tablespace_map");

  private static final String USUAL_USER = "postgres";

  private final Repository repository;
  private final Backup backup;
  private final Optional<RecoveryGoal> goal;
  private final Mapping names;
  private final RecoveryOptions options;

  /**
   * A restore.
   *
   * @param goal empty for the end of the backup
   * @param names new places of tablespaces by their old ones
   */
  ClusterRestore(
      Repository repository,
      Backup backup,
      Optional<RecoveryGoal> goal,
      Mapping names,
      RecoveryOptions options) {
    this.names = names;
    this.repository = repository;
    this.backup = backup;
    this.goal = goal;
    this.options = options;
  }

  /** Whether a backup is of a cluster. */
  static boolean isOne(Backup backup) {
    return ClusterProvider.isCluster(backup.manifest().origin().source());
  }

  /** All of it but what says where tablespaces were. */
  static Scope scope() {
    return (key, directory) -> key.equals(TABLESPACES) ? Verdict.LEFT_OUT : Verdict.TAKEN;
  }

  /**
   * Gives an entry to whom the server is to run as.
   *
   * @param user whoever runs this process, where nothing can be given away
   */
  static Entry becomes(Entry entry, OsUser user) {
    return user.uid() < 0
        ? entry
        : entry.toBuilder()
            .user(new Owner(user.uid(), null))
            .group(new Owner(user.gid(), null))
            .build();
  }

  /** The data directory of {@code --to}. */
  static Path directory(String to, Session session) {
    if (to.equals(Targets.ORIGIN)) {
      throw Words.usage(
          "--to cannot be origin for a cluster",
          "where its server has its data directory is that server's business",
          "name a data directory; with --mode inplace that of a server that is stopped");
    }
    return Targets.path(to, session);
  }

  /** The data directory as files, and where its links to tablespaces of the backup lead. */
  Target files(Path data) throws IOException {
    StoredCluster stored = StoredCluster.read(repository, backup);
    return files(data, Tablespaces.read(stored.tablespaces(), Map.of()).linked(data), repository);
  }

  /** The data directory of a cluster that some restore was made to, as files. */
  static Target files(Path data, Repository repository) throws IOException {
    return files(data, Tablespaces.allLinked(data), repository);
  }

  private static Target files(Path data, Map<Path, Path> linked, Repository repository) {
    Map<Key, Path> links = new HashMap<>();
    linked.forEach((inside, place) -> links.put(Key.of(inside.toString().split("/")), place));
    return Targets.directory(data, new InPlace(links, true), repository);
  }

  /** The refusal of a part. */
  static RuntimeException onlyWhole() {
    return Words.usage(
        "--include and --exclude cannot choose from the files of a cluster",
        "a cluster without some of its files does not start",
        "leave them out; or name a database with --to postgresql://user@host:port/database, and"
            + " tables with --include database/schema.table");
  }

  /**
   * Opens a data directory as the place where the cluster comes to life.
   *
   * @param steps which will tell what has come of it
   */
  ClusterTarget open(Target files, Path data, RestoreSteps steps) throws IOException {
    StoredCluster stored = StoredCluster.read(repository, backup);
    OsUser user = user();
    Recovery.Request request = request(stored, data, user);
    Tablespaces tablespaces = Tablespaces.read(stored.tablespaces(), names.names());
    ClusterTarget target = new ClusterTarget(files, request, tablespaces, Sleeper.REAL);
    steps.telling(new RecoveryText(target, data, user));
    return target;
  }

  /** What it takes to recover it in a data directory. */
  Recovery.Request request(Path data) throws IOException {
    return request(StoredCluster.read(repository, backup), data, user());
  }

  private Recovery.Request request(StoredCluster stored, Path data, OsUser user)
      throws IOException {
    requireWay(data, user);
    return new Followed(repository, backup, stored, options.timeline)
        .request(programs(stored.major()), user, data, goal, options.pause);
  }

  /** A server that cannot come to its files would be noticed after all of them are restored. */
  private static void requireWay(Path data, OsUser user) throws IOException {
    Path there = data;
    while (Files.notExists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (user.uid() < 0 || !Files.isDirectory(there)) {
      return;
    }
    try {
      Process asked =
          new ProcessBuilder(user.running(List.of("test", "-x", there.toString())))
              .redirectErrorStream(true)
              .start();
      if (asked.waitFor() != 0) {
        throw new SalvorException(
            ErrorCode.TARGET_UNUSABLE,
            "Cannot restore to " + data,
            "the user of number "
                + user.uid()
                + ", whom the server runs as, may not enter "
                + there,
            "name a directory that this user can reach, or another user with --os-user");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /** The programs that can run it: of the same version, for no other opens its files. */
  private Installation programs(int major) throws IOException {
    return Installation.of(major)
        .orElseThrow(
            () ->
                new SalvorException(
                    ErrorCode.PROGRAMS_MISSING,
                    "The backup " + backup.id() + " cannot be recovered on this machine",
                    "it is of PostgreSQL " + major + ", of which no server is installed here",
                    "install the package postgresql-" + major + ", then run it again"));
  }

  /** Whom the server runs as: only root has a choice, and must not choose itself. */
  OsUser user() throws IOException {
    boolean root = Posix.system().effectiveUid() == 0;
    if (!root) {
      if (options.osUser != null) {
        throw Words.usage(
            "--os-user cannot be used here",
            "only root can run a server as somebody else",
            "leave it out");
      }
      return OsUser.SELF;
    }
    String asked = options.osUser == null ? USUAL_USER : options.osUser;
    OsUser user =
        owner()
            .or(() -> named(asked))
            .orElseThrow(
                () ->
                    new SalvorException(
                        ErrorCode.TARGET_UNUSABLE,
                        "The server cannot be run as " + asked,
                        "this system knows no such user",
                        "name one with --os-user"));
    if (user.uid() == 0) {
      throw Words.usage(
          "--os-user cannot be root", "PostgreSQL refuses to run as root", "name another user");
    }
    return user;
  }

  /** The owner of the source's data, where that was known and nobody else is named. */
  private Optional<OsUser> owner() throws IOException {
    TreeItem item = repository.tree(backup.manifest().root()).find(Key.ROOT);
    if (options.osUser != null || item == null) {
      return Optional.empty();
    }
    Entry root = EntryCodec.decode(Key.ROOT, item.value());
    return root.user().id() == 0
        ? Optional.empty()
        : Optional.of(new OsUser((int) root.user().id(), (int) root.group().id()));
  }

  private static Optional<OsUser> named(String name) {
    Owners names = Posix.system().owners();
    try {
      OptionalLong uid = names.uid(name);
      OptionalLong gid = names.gid(name);
      return uid.isPresent()
          ? Optional.of(new OsUser((int) uid.getAsLong(), (int) gid.orElse(uid.getAsLong())))
          : Optional.empty();
    } catch (PosixException e) {
      return Optional.empty();
    }
  }
}
