package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.RestoreReport.Problem;
import io.salvor.engine.restore.RestoreReport.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Applies one plan: log, steps, verification, report. */
final class RestoreRun implements Outcomes {
  private final PlanFile file;
  private final RestoreLog log;
  private final InstantSource clock;
  private final Progress progress;
  private final Instant started;
  private final String undo;
  private final List<Problem> problems = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private long created;
  private long updated;
  private long deleted;
  private long moved;
  private long failed;
  private long bytes;
  private long incomplete;

  RestoreRun(
      PlanFile file,
      RestoreLog log,
      String undo,
      InstantSource clock,
      Instant started,
      Progress progress) {
    this.file = file;
    this.log = log;
    this.undo = undo;
    this.clock = clock;
    this.started = started;
    this.progress = progress;
    this.problems.addAll(file.plan().problems());
    this.incomplete = problems.size();
  }

  /**
   * Applies all steps.
   *
   * @throws SalvorException if it had to stop; {@link #report} tells how far it came
   */
  void run(Target target, BlobSource blobs) throws IOException, InterruptedException {
    RestorePlan plan = file.plan();
    progress.phase("restore");
    progress.expect(plan.counts().changes(), plan.volume().write());
    Check check = plan.options().check();
    try (Applier applier = target.apply(file, blobs, check, progress, this);
        PlanFile.Steps steps = file.steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        if (step.applies()) {
          progress.checkCancelled();
          log.intend(steps.number());
          applier.apply(steps.number(), step);
        }
      }
      applier.finish();
    } catch (UncheckedIOException e) {
      throw e.getCause() == null ? new IOException(e) : e.getCause();
    }
    if (check == Check.DURABLE) {
      verify(target);
    }
  }

  private void verify(Target target) throws IOException {
    progress.phase("verify");
    try (PlanFile.Steps steps = file.steps()) {
      for (Step step = steps.next(); step != null; step = steps.next()) {
        progress.checkCancelled();
        Entry wanted = step.wanted();
        if (wanted != null && step.applies() && !hasProblem(step)) {
          Set<EntryField> wrong = target.verify(step.key(), wanted);
          if (!wrong.isEmpty()) {
            failed(
                steps.number(),
                step,
                ErrorCode.RESTORE_MISMATCH,
                "reads back other than it was written: " + wrong);
          }
          progress.advance(1, wanted.size());
        }
      }
    }
  }

  private synchronized boolean hasProblem(Step step) {
    String key = step.key().toString();
    return problems.stream().anyMatch(problem -> problem.key().equals(key));
  }

  /** What has come of it so far. */
  synchronized RestoreReport report(RestoreStatus status) {
    RestoreStatus whole =
        status == RestoreStatus.DONE && moved + failed + incomplete > 0
            ? RestoreStatus.PARTIAL
            : status;
    return new RestoreReport(
        whole,
        started,
        clock.instant(),
        undo,
        new Results(created, updated, deleted, moved, failed, bytes),
        problems,
        notices);
  }

  /** Notes why the whole has ended early. */
  synchronized void ended(SalvorException failure) {
    problems.add(0, new Problem("", failure.code(), failure.getMessage() + ": " + failure.why()));
  }

  @Override
  public void done(long number, Step step, Fingerprint now) {
    log.done(number, now.digest());
    Entry entry = step.entry();
    synchronized (this) {
      if (step.change() instanceof Change.Create) {
        created++;
      } else {
        updated++;
      }
      bytes += entry.kind().hasContent() && step.linkTo() == null ? entry.size() : 0;
    }
    progress.advance(1, 0);
  }

  @Override
  public void removed(long number, Step step) {
    log.removed(number);
    synchronized (this) {
      deleted++;
    }
    progress.advance(1, 0);
  }

  @Override
  public void moved(long number, Step step, String what) {
    log.moved(number);
    synchronized (this) {
      moved++;
      add(new Problem(step.key().toString(), ErrorCode.TARGET_MOVED, what));
    }
    progress.warn(ErrorCode.TARGET_MOVED.code(), step.key().toString(), what);
  }

  @Override
  public void failed(long number, Step step, ErrorCode code, String message) {
    log.failed(number);
    synchronized (this) {
      failed++;
      add(new Problem(step.key().toString(), code, message));
    }
    progress.warn(code.code(), step.key().toString(), message);
  }

  @Override
  public synchronized void incomplete(String key, ErrorCode code, String message) {
    incomplete++;
    add(new Problem(key, code, message));
  }

  @Override
  public synchronized void spared(long count) {
    bytes -= count;
  }

  @Override
  public synchronized void note(Notice notice) {
    notices.add(notice);
  }

  /** Damage is kept even when there is no more room, for it decides the exit code. */
  private void add(Problem problem) {
    if (problems.size() < RestoreReport.MAX_PROBLEMS) {
      problems.add(problem);
    } else if (problems.stream().noneMatch(known -> known.code() == problem.code())) {
      problems.set(problems.size() - 1, problem);
    }
  }
}
