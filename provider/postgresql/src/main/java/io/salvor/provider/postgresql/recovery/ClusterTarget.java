package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.cluster.BackupManifest;
import io.salvor.provider.postgresql.cluster.ManifestCheck;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A data directory as a target: a directory of files, which are restored only when a server has
 * recovered them to the goal.
 */
public final class ClusterTarget implements Target {
  private static final String PID_FILE = "postmaster.pid";

  private final Target files;
  private final Recovery.Request request;
  private final Tablespaces tablespaces;
  private final Sleeper sleeper;
  private Recovery.@Nullable Outcome outcome;

  /**
   * A target.
   *
   * @param files the same directory, of files
   */
  public ClusterTarget(
      Target files, Recovery.Request request, Tablespaces tablespaces, Sleeper sleeper) {
    this.files = files;
    this.tablespaces = tablespaces;
    this.request = request;
    this.sleeper = sleeper;
  }

  /** What has come of the recovery; empty before it has ended well. */
  public Optional<Recovery.Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  @Override
  public String provider() {
    return files.provider();
  }

  @Override
  public String address() {
    return files.address();
  }

  @Override
  public Set<RestoreMode> modes() {
    return files.modes();
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  @Override
  public boolean isEmpty() throws IOException {
    return files.isEmpty();
  }

  @Override
  public LiveCursor live(Progress progress) throws IOException {
    requireNoServer();
    return files.live(progress);
  }

  private void requireNoServer() throws IOException {
    Path file = request.data().resolve(PID_FILE);
    if (!Files.exists(file)) {
      return;
    }
    String pid = Files.readAllLines(file).stream().findFirst().orElse("").strip();
    if (pid.matches("\\d{1,18}")
        && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isPresent()
        && mayWorkIn(request.data(), pid)) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "Cannot restore to " + address(),
          "a server runs on it, process " + pid,
          "stop it with pg_ctl stop -D " + request.data() + ", or name another directory");
    }
  }

  /**
   * The number of a server that died may have come to be another process's: that works elsewhere.
   */
  private static boolean mayWorkIn(Path data, String pid) {
    try {
      return Files.isSameFile(data, Path.of("/proc", pid, "cwd"));
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public List<Key> untouchable() throws IOException {
    List<Key> keys = new ArrayList<>(files.untouchable());
    // Servers of other versions may have their files of a tablespace beside these.
    for (Path inside : tablespaces.linked(request.data()).keySet()) {
      try (DirectoryStream<Path> there = Files.newDirectoryStream(request.data().resolve(inside))) {
        for (Path each : there) {
          String name = String.valueOf(each.getFileName());
          if (!name.startsWith("PG_" + request.programs().major() + "_")) {
            keys.add(Key.of("pg_tblspc", String.valueOf(inside.getFileName()), name));
          }
        }
      }
    }
    return keys;
  }

  @Override
  public List<Key> leftovers() {
    return files.leftovers();
  }

  @Override
  public Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException {
    return files.compare(live, wanted);
  }

  @Override
  public void requireReadable(LiveItem live) throws IOException {
    files.requireReadable(live);
  }

  /** Always as wanted: it was looked at before the server has changed it. */
  @Override
  public Set<EntryField> verify(Key key, Entry wanted) {
    return Set.of();
  }

  @Override
  public Feasibility feasibility() {
    Feasibility of = files.feasibility();
    return new Feasibility() {
      @Override
      public void consider(Step step) {
        of.consider(step);
      }

      @Override
      public Findings findings() throws IOException {
        Findings found = of.findings();
        List<Notice> warnings = new ArrayList<>(found.warnings());
        warnings.addAll(tablespaces.notices(request.data()));
        return new Findings(warnings, found.irreversible());
      }
    };
  }

  @Override
  public Source undoSource(PlanFile plan, boolean known) {
    return files.undoSource(plan, known);
  }

  @Override
  public Applier apply(
      PlanFile file, BlobSource blobs, Check check, Progress progress, Outcomes outcomes)
      throws IOException {
    requireNoServer();
    return new Recovering(
        files.apply(file, blobs, check, progress, outcomes), file, check, progress, outcomes);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }

  /** Recovers when all files are there, and durable. */
  private final class Recovering implements Applier {
    private final Applier to;
    private final PlanFile file;
    private final Check check;
    private final Progress progress;
    private final Outcomes outcomes;

    Recovering(Applier to, PlanFile file, Check check, Progress progress, Outcomes outcomes) {
      this.to = to;
      this.file = file;
      this.check = check;
      this.progress = progress;
      this.outcomes = outcomes;
    }

    @Override
    public void apply(long number, Step step) throws IOException, InterruptedException {
      to.apply(number, step);
    }

    @Override
    public void finish() throws IOException, InterruptedException {
      to.finish();
      if (check == Check.DURABLE) {
        readBack();
      }
      if (check != Check.METADATA && isWhole()) {
        progress.phase("verify");
        ManifestCheck.run(request.data(), progress);
      }
      tablespaces.settle(request.data(), request.user());
      Recovery.Outcome done = Recovery.run(request, sleeper, progress);
      outcome = done;
      for (String name : done.made()) {
        outcomes.note(
            new Notice(
                "configuration-made",
                name,
                "the source keeps it outside its data directory, so a plain one was made; look"
                    + " after it before others connect"));
      }
      for (String name : done.checked().catalogsOnly()) {
        outcomes.note(
            new Notice(
                "indexes-not-checked",
                name,
                "of this large database only the catalogs' indexes were checked; pg_amcheck checks"
                    + " all"));
      }
    }

    /** A rollback brings back what was there, which no manifest describes. */
    private boolean isWhole() {
      return file.plan().origin().rollbackOf().isEmpty()
          && Files.exists(request.data().resolve(BackupManifest.NAME));
    }

    private void readBack() throws IOException {
      progress.phase("verify");
      try (PlanFile.Steps steps = file.steps()) {
        for (Step step = steps.next(); step != null; step = steps.next()) {
          progress.checkCancelled();
          Entry wanted = step.wanted();
          if (wanted != null && step.applies()) {
            Set<EntryField> wrong = files.verify(step.key(), wanted);
            if (!wrong.isEmpty()) {
              throw new SalvorException(
                  ErrorCode.RESTORE_MISMATCH,
                  "The file " + step.key() + " reads back other than it was written",
                  "it differs in " + wrong,
                  "Check the disk of " + address() + ", then restore to another directory");
            }
          }
        }
      }
    }

    @Override
    public void close() {
      to.close();
    }
  }
}
