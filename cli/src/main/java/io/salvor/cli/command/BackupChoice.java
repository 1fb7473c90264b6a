package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.BackupStatus;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Provider;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which backups are meant: by source and host, and for one of them by its id or {@code latest}. */
final class BackupChoice {
  static final String LATEST = "latest";

  @Option(names = "--source", paramLabel = "<source>", description = "backups of this source only")
  @Nullable String source;

  @Option(names = "--host", paramLabel = "<name>", description = "backups of this machine only")
  @Nullable String host;

  /** Whether source and host are the ones that were named; a journal is no backup to choose. */
  boolean takes(Backup backup, Session session) {
    Origin origin = backup.manifest().origin();
    return !backup.isJournal()
        && (source == null || isSource(origin.source(), source, session))
        && (host == null || origin.host().equals(host));
  }

  /**
   * The backup of an id, a prefix of one, or {@code latest}.
   *
   * @throws SalvorException MANIFEST_LOST also if the latest may be one whose manifest is gone
   */
  Backup one(BackupList list, Repository repository, String word, Session session)
      throws IOException {
    return one(list, repository, word, null, session);
  }

  /** As {@link #one}; {@code latest} among those that were complete at a time, if one is given. */
  Backup one(
      BackupList list, Repository repository, String word, @Nullable Instant until, Session session)
      throws IOException {
    try {
      Predicate<Backup> candidate = b -> until == null || !b.manifest().finished().isAfter(until);
      Backup found = one(list, word, candidate, session);
      if (word.equals(LATEST)) {
        refuse(Losses.between(found.id().text(), until, list, repository), word);
      }
      return found;
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.BACKUP_NONE) {
        refuse(Losses.between("", until, list, repository), word);
      } else if (e.code() == ErrorCode.BACKUP_UNKNOWN) {
        refuse(Losses.named(word, list, repository), word);
      }
      throw e;
    }
  }

  private static void refuse(List<String> lost, String word) {
    if (!lost.isEmpty()) {
      throw new SalvorException(
          ErrorCode.MANIFEST_LOST,
          "The backup " + word + (word.equals(LATEST) ? " may be one that is lost" : " is lost"),
          "the manifest of " + lost.getLast() + " is gone or damaged",
          "`salvor repair --from <copy>` puts it back; or name another backup by its id");
    }
  }

  /** As {@link #one}, whatever is lost. */
  Backup one(BackupList list, String word, Session session) {
    return one(list, word, b -> true, session);
  }

  private Backup one(BackupList list, String word, Predicate<Backup> candidate, Session session) {
    if (!word.equals(LATEST)) {
      return list.byPrefix(word);
    }
    Predicate<Backup> named = candidate.and(b -> takes(b, session));
    List<Origin> origins =
        list.backups().stream()
            .filter(b -> b.sealed() && !b.isUndo() && b.manifest().status() != BackupStatus.FAILED)
            .filter(named)
            .map(b -> b.manifest().origin())
            .toList();
    String preferred = preferredHost(origins, session);
    Predicate<String> isWanted = name -> preferred == null || preferred.equals(name);
    Predicate<Backup> wanted = named.and(b -> isWanted.test(b.manifest().origin().host()));
    Optional<Backup> latest = list.latest(wanted);
    SortedSet<String> sources = new TreeSet<>();
    origins.stream()
        .filter(o -> isWanted.test(o.host()))
        .forEach(o -> sources.add("--source " + o.source() + " --host " + o.host()));
    if (sources.size() > 1) {
      throw new SalvorException(
          ErrorCode.BACKUP_AMBIGUOUS,
          "\"latest\" could be a backup of " + sources.size() + " sources",
          "there are "
              + sources.stream().limit(3).collect(Collectors.joining("; "))
              + (sources.size() > 3 ? "; …" : ""),
          "name one with --source, and --host where several have it");
    }
    return latest.orElseThrow(() -> none(list));
  }

  /**
   * Of one source that several machines have, this machine's is meant; null if that says nothing.
   */
  private @Nullable String preferredHost(List<Origin> origins, Session session) {
    if (host != null || origins.stream().map(Origin::source).distinct().count() != 1) {
      return null;
    }
    String here = session.machine().host().get();
    return origins.stream().anyMatch(o -> o.host().equals(here)) ? here : null;
  }

  /**
   * Refuses a source or a host of which there is no backup: more likely it was mistyped. Where
   * backups are lost it may have been one of theirs.
   *
   * @throws SalvorException BACKUP_NONE
   */
  void requireAny(BackupList list, Repository repository, Session session) throws IOException {
    boolean chosen = source != null || host != null;
    if (chosen
        && list.backups().stream().noneMatch(b -> takes(b, session))
        && list.damaged().isEmpty()
        && list.lost(repository.ledger(), repository.storage()).isEmpty()) {
      throw none(list);
    }
  }

  private SalvorException none(BackupList list) {
    String of = source == null && host == null ? "" : " of what --source and --host name";
    List<BackupId> ids = list.backups().stream().map(Backup::id).toList();
    return new SalvorException(
        ErrorCode.BACKUP_NONE,
        "There is no complete backup" + of,
        ids.isEmpty()
            ? "the repository holds none at all"
            : "the repository holds "
                + HumanText.count(
                    ids.size(), "other or incomplete one", "others or incomplete ones"),
        "see `salvor list`, or make one with `salvor backup`");
  }

  /** A source may be written as it was on the command line that made the backup. */
  private static boolean isSource(String address, String written, Session session) {
    if (address.equals(written)) {
      return true;
    }
    for (Provider provider : session.machine().providers().get()) {
      if (provider.handles(written)) {
        return provider.address(List.of(written)).equals(address);
      }
    }
    return false;
  }
}
