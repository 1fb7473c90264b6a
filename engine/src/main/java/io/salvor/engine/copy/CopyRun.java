package io.salvor.engine.copy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** One copy from its plan to its report: data, then what needs it, then the ledger. */
final class CopyRun {
  private static final int MOST_ROUNDS = 10;

  private final Repository from;
  private final Repository to;
  private final CopySession reading;
  private final CopySession writing;
  private final Progress progress;
  private final Sender sender;
  private final DataTransfer data;
  private long backups;

  CopyRun(
      Repository from, Repository to, CopySession reading, CopySession writing, Progress progress) {
    this.from = from;
    this.to = to;
    this.reading = reading;
    this.writing = writing;
    this.progress = progress;
    this.sender = new Sender(from, to, progress);
    this.data = new DataTransfer(from, to, sender, progress);
  }

  CopyReport run() throws IOException, InterruptedException {
    progress.phase("plan");
    CopyPlan plan = CopyPlanner.plan(from, to, progress);
    long present = plan.present();
    progress.expect(plan.objects(), plan.bytes());
    progress.phase("copy");
    // What has been sent for a plan is all that its manifests need, for both sessions keep it.
    // Only if something was gone, removed or put elsewhere by a pruner, it is looked for again;
    // what was backed up since is for the next copy, or one beside busy writers never ends.
    for (int round = 1; !(data.run(plan) && seal(plan) && ledger(plan)); round++) {
      if (round == MOST_ROUNDS) {
        throw new SalvorException(
            ErrorCode.STORAGE_FAILED,
            "The copy does not become complete",
            "in each of " + MOST_ROUNDS + " rounds something was gone that had been there",
            "run it again when nobody prunes either repository");
      }
      plan = CopyPlanner.plan(from, to, progress);
    }
    tails(plan);
    writing.settle();
    sender.forgetUnmissed();
    forgetDamage();
    return sender.report(backups, present);
  }

  /** Sends what needs the data; false if something of it was not there any more. */
  private boolean seal(CopyPlan plan) throws IOException, InterruptedException {
    // Who gives this one up from here on finds in the index what was sent.
    to.awaitListings();
    writing.requireAlive();
    int before = sender.failures();
    sender.small(plan.facts());
    writing.leave();
    for (ObjectName manifest : plan.manifests()) {
      if (!sender.hasFailed(manifest) && sender.manifest(manifest)) {
        confirm(manifest);
        backups++;
      }
    }
    return sender.failures() == before;
  }

  /** As a writer after its seal: a pruner that gives this one up from here on sees it. */
  private void confirm(ObjectName manifest) throws IOException, InterruptedException {
    try {
      writing.requireAlive();
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.SESSION_REVOKED) {
        takeBack(manifest);
      }
      throw e;
    }
  }

  /**
   * Given up before it came, or right after. A pruner that has seen it has named it in the ledger,
   * and kept what it needs; what none has seen may need packs that are gone. The next copy sends
   * it, and them.
   */
  private void takeBack(ObjectName manifest) throws IOException, InterruptedException {
    if (isNamed(manifest)) {
      return;
    }
    byte[] object;
    try {
      object = to.storage().get(manifest);
    } catch (NoSuchFileException e) {
      return;
    }
    to.storage().delete(manifest);
    if (isNamed(manifest)) {
      // Meanwhile, by one that had found it there before.
      to.storage().put(manifest, object);
    }
  }

  private boolean isNamed(ObjectName manifest) throws IOException, InterruptedException {
    to.awaitListings();
    to.ledger().refresh();
    return to.ledger().existing().containsKey(manifest.value());
  }

  /** Sends the entries; false if one was summed up meanwhile: then its summary has to come. */
  private boolean ledger(CopyPlan plan) throws IOException, InterruptedException {
    // Given up meanwhile, packs that these backups need may be condemned.
    writing.requireAlive();
    reading.requireAlive();
    int before = sender.failures();
    Set<String> removed = new TreeSet<>(plan.removed());
    if (!plan.manifests().isEmpty()) {
      // Who forgets one there either sees its new name from now on, or is seen.
      to.awaitListings();
      to.ledger().refresh();
      removed.addAll(Forgotten.names(from, to));
    }
    if (!removed.isEmpty()) {
      to.ledger()
          .append(
              LedgerChange.removing(List.copyOf(removed)),
              to.now(),
              "copy by " + to.software(),
              to.random());
    }
    for (ObjectName manifest : plan.manifests()) {
      if (removed.contains(manifest.value())) {
        to.storage().delete(manifest);
        backups--;
      }
    }
    sender.small(plan.entries());
    to.ledger().refresh();
    to.ledger().remember();
    return sender.failures() == before;
  }

  /**
   * Sends what follows the journals that were sent. What is gone was consolidated meanwhile: what
   * comes after it goes with the next copy, or it would not join. What the journals there have is
   * taken away from what follows them.
   */
  private void tails(CopyPlan plan) throws IOException, InterruptedException {
    String stopped = "";
    for (ObjectName name : plan.tails()) {
      String journal = name.value().substring(0, name.value().lastIndexOf('/') + 1);
      if (!journal.equals(stopped) && !sender.tail(name)) {
        stopped = journal;
      }
    }
    to.awaitListings();
    int _ = Journals.deleteCovered(to);
  }

  private void forgetDamage() {
    try {
      to.forgetDamage(sender.mended());
    } catch (SalvorException e) {
      progress.warn(e.code().code(), "damage", "what was mended is not remembered: " + e.why());
    }
  }
}
