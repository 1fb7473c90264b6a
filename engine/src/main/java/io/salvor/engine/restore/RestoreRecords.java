package io.salvor.engine.restore;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.local.LocalLock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this machine knows of the restores made from one repository: per restore the files {@code
 * ID.plan}, {@code ID.log} and {@code ID.report}, {@code ID.undo-in} where the undo lies in another
 * repository, and a lock while it runs.
 */
public final class RestoreRecords {
  private static final String PLAN = ".plan";
  private static final String LOG = ".log";
  private static final String REPORT = ".report";
  private static final String UNDO_IN = ".undo-in";

  private final LocalDirectory directory;

  /** The records in a directory of the local state. */
  public RestoreRecords(LocalDirectory directory) {
    this.directory = directory;
  }

  LocalDraft draft() {
    return directory.draft();
  }

  static String planName(RestoreId id) {
    return id.text() + PLAN;
  }

  Path logPath(RestoreId id) {
    return directory.path().resolve(id.text() + LOG);
  }

  void report(RestoreId id, RestoreReport report) {
    directory.writeAtomically(id.text() + REPORT, ReportCodec.encode(report));
  }

  /**
   * Takes the lock that says that a restore is being applied.
   *
   * @throws SalvorException RESTORE_RUNNING
   */
  LocalLock begin(RestoreId id) {
    return directory
        .tryLock(id.text())
        .orElseThrow(
            () ->
                new SalvorException(
                    ErrorCode.RESTORE_RUNNING,
                    "The restore " + id + " is being applied already",
                    "another process holds its lock",
                    "wait for its end, or see `salvor restores " + id + "`"));
  }

  boolean hasBegun(RestoreId id) {
    return directory.find(id.text() + LOG).isPresent();
  }

  /** Remembers the address of the other repository that the undo is kept in. */
  void undoIn(RestoreId id, String address) {
    directory.writeAtomically(id.text() + UNDO_IN, address.getBytes(StandardCharsets.UTF_8));
  }

  /** The address of the other repository that a restore's undo is kept in. */
  public Optional<String> undoIn(RestoreId id) {
    return directory
        .read(id.text() + UNDO_IN)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  /** Keeps a restore's record in another place too. */
  public void copyTo(RestoreRecords other, RestoreId id) {
    for (String suffix : List.of(LOG, REPORT, PLAN)) {
      directory
          .read(id.text() + suffix)
          .ifPresent(bytes -> other.directory.writeAtomically(id.text() + suffix, bytes));
    }
  }

  /**
   * Whether the restore of this id was begun by this user from this repository, and no process
   * applies it any more. Nothing is known of the restores of others: a free lock here says nothing
   * of them, and what they have in a target must stay.
   */
  public boolean isDead(String id) {
    if (!RestoreId.isValid(id) || !hasBegun(new RestoreId(id))) {
      return false;
    }
    Optional<LocalLock> lock = directory.tryLock(id);
    lock.ifPresent(LocalLock::close);
    return lock.isPresent();
  }

  /** All of them, oldest first. */
  public List<RestoreRecord> list() {
    List<RestoreRecord> records = new ArrayList<>();
    for (String name : directory.names()) {
      if (name.endsWith(PLAN) && RestoreId.isValid(stem(name))) {
        try {
          records.add(read(new RestoreId(stem(name))));
        } catch (SalvorException e) {
          if (e.code() != ErrorCode.PLAN_UNUSABLE) {
            throw e;
          }
          // A plan that a full or failing disk has spoilt tells nothing.
        }
      }
    }
    records.sort(
        Comparator.comparing((RestoreRecord record) -> record.plan().made())
            .thenComparing(RestoreRecord::id));
    Map<String, String> rolledBack = new HashMap<>();
    for (RestoreRecord record : records) {
      if (record.status() == RestoreStatus.DONE && !record.plan().origin().rollbackOf().isEmpty()) {
        rolledBack.put(record.plan().origin().rollbackOf(), record.id().text());
      }
    }
    records.replaceAll(record -> withRollback(record, rolledBack.get(record.id().text())));
    return records;
  }

  private static String stem(String name) {
    return name.substring(0, name.length() - PLAN.length());
  }

  private static RestoreRecord withRollback(RestoreRecord record, @Nullable String by) {
    return by == null
        ? record
        : new RestoreRecord(
            record.plan(),
            RestoreStatus.ROLLED_BACK,
            record.started(),
            record.undo(),
            record.done(),
            record.report(),
            by);
  }

  /**
   * The restore with this id, or the only one whose id begins so.
   *
   * @throws SalvorException RESTORE_UNKNOWN
   */
  public RestoreRecord byPrefix(String prefix) {
    List<RestoreRecord> found =
        list().stream().filter(record -> record.id().text().startsWith(prefix)).toList();
    if (prefix.isEmpty() || found.size() != 1) {
      throw new SalvorException(
          ErrorCode.RESTORE_UNKNOWN,
          found.size() > 1
              ? "More than one restore begins with " + prefix
              : "There is no restore " + prefix,
          found.size() > 1
              ? "this machine knows " + found.size() + " such restores from this repository"
              : "this machine knows none of that id from this repository",
          "see `salvor restores` for the ids");
    }
    return found.getFirst();
  }

  /** The steps of a restore. */
  public PlanFile plan(RestoreId id) {
    return PlanFile.open(
        directory
            .find(planName(id))
            .orElseThrow(
                () ->
                    new SalvorException(
                        ErrorCode.RESTORE_UNKNOWN,
                        "There is no restore " + id,
                        "this machine has no record of it",
                        "see `salvor restores` for the ids")));
  }

  RestoreLog.Results log(RestoreId id) {
    Optional<Path> log = directory.find(id.text() + LOG);
    try {
      return log.isPresent() ? RestoreLog.read(log.get()) : RestoreLog.Results.NONE;
    } catch (IOException e) {
      throw new SalvorException(
          ErrorCode.LOCAL_STATE,
          "The log of the restore " + id + " cannot be read",
          String.valueOf(e.getMessage()),
          "look after the disk that " + log.map(Path::toString).orElse("it") + " lies on",
          e);
    }
  }

  private RestoreRecord read(RestoreId id) {
    RestorePlan plan = plan(id).plan();
    if (directory.find(id.text() + LOG).isEmpty()) {
      return new RestoreRecord(plan, RestoreStatus.PLANNED, null, "", 0, null, "");
    }
    RestoreLog.Results log = log(id);
    RestoreReport report = report(id);
    RestoreStatus status =
        report != null
            ? report.status()
            : isDead(id.text()) ? RestoreStatus.INTERRUPTED : RestoreStatus.RUNNING;
    long done = log.steps().finished();
    return new RestoreRecord(plan, status, log.started(), log.undo(), done, report, "");
  }

  private @Nullable RestoreReport report(RestoreId id) {
    Optional<byte[]> bytes = directory.read(id.text() + REPORT);
    try {
      return bytes.isPresent() ? ReportCodec.decode(bytes.get()) : null;
    } catch (MalformedException e) {
      return null;
    }
  }
}
