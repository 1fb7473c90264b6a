package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Merges what is wanted with what is live into steps. For one plan and one thread. */
final class Planner {
  /** What is set without a new file being made. */
  private static final Set<EntryField> MADE_WITHOUT_CONTENT =
      EnumSet.of(
          EntryField.MODE,
          EntryField.OWNER,
          EntryField.GROUP,
          EntryField.MTIME,
          EntryField.XATTRS,
          EntryField.ACL);

  private final Target target;
  private final ConflictStrategy strategy;
  private final ConflictPrompt prompt;
  private final @Nullable Extras extras;
  private final List<Key> untouchable;
  private final boolean sensitive;
  private final Problems problems;
  private final PlanWriter out;
  private final Target.Feasibility feasibility;
  private final Progress progress;
  private final LinkGroups links;
  private final boolean targetEmpty;

  private long create;
  private long update;
  private long delete;
  private long unchanged;
  private long conflicts;
  private long open;
  private long skipped;
  private long writeBytes;
  private long undoBytes;
  private boolean alters;
  private @Nullable Key blocked;
  private @Nullable Key doomed;

  /**
   * Begins.
   *
   * @param extras which live entries that nobody wants are deleted, null for none
   * @param untouchable what is never deleted
   * @param sensitive whether sensitive content can be opened
   * @param problems takes what cannot be planned
   */
  Planner(
      Target target,
      ConflictStrategy strategy,
      ConflictPrompt prompt,
      @Nullable Extras extras,
      List<Key> untouchable,
      boolean sensitive,
      Problems problems,
      PlanWriter out,
      Target.Feasibility feasibility,
      LinkGroups links,
      Progress progress)
      throws IOException {
    this.target = target;
    this.strategy = strategy;
    this.prompt = prompt;
    this.extras = extras;
    this.untouchable = untouchable;
    this.sensitive = sensitive;
    this.problems = problems;
    this.out = out;
    this.feasibility = feasibility;
    this.links = links;
    this.progress = progress;
    this.targetEmpty = target.isEmpty();
  }

  /** Plans all of it. */
  void plan(Wanted.Cursor wanted, LiveCursor live) throws IOException {
    Wanted next = wanted.next();
    while (true) {
      progress.checkCancelled();
      Key key = live.peek();
      if (next == null && key == null) {
        return;
      }
      int order = next == null ? 1 : key == null ? -1 : next.key().compareTo(key);
      if (order > 0 && key != null) {
        if (next == null && extras == null && (doomed == null || !doomed.covers(key))) {
          return;
        }
        // What nobody wants may be wanted by what is lost.
        Extras unwanted = wanted.isAfterLoss() ? null : extras;
        liveOnly(key, next == null ? null : next.key(), unwanted, live);
      } else if (next != null) {
        if (order < 0) {
          wantedOnly(next);
        } else {
          both(next, live);
        }
        next = wanted.next();
      }
      progress.advance(1, 0);
    }
  }

  private void wantedOnly(Wanted wanted) throws IOException {
    Entry entry = wanted.entry();
    if (blocked != null && blocked.covers(wanted.key())) {
      skipped++;
    } else if (entry == null) {
      unchanged++;
    } else if (isClosed(entry)) {
      closed(wanted);
    } else {
      LinkGroups.Verdict link = links.next(wanted.key(), entry, null);
      emit(
          new Step(wanted.key(), new Change.Create(), Resolution.NONE, entry, null, link.linkTo()));
    }
  }

  private void liveOnly(Key key, @Nullable Key next, @Nullable Extras unwanted, LiveCursor live)
      throws IOException {
    boolean dies = doomed != null && doomed.covers(key);
    boolean leads = next != null && key.covers(next);
    boolean blockedHere = blocked != null && blocked.covers(key);
    if (!dies && !leads && (unwanted == null || blockedHere)) {
      live.skip();
      return;
    }
    LiveItem item;
    try {
      item = live.take();
    } catch (UnreadableException e) {
      unreadable(key, e);
      return;
    }
    if (item == null) {
      return;
    }
    boolean directory = item.entry().kind() == EntryKind.DIRECTORY;
    if (dies) {
      delete(item);
    } else if (unwanted != null && !leads) {
      switch (unwanted.of(key, directory, live)) {
        case TAKEN -> delete(item);
        case SEARCHED -> {}
        case LEFT_OUT -> live.prune();
      }
    } else if (leads && !directory) {
      blocked = key;
      // The backup has no entry for it, so that nobody can be asked about replacing it.
      problem(
          key,
          ErrorCode.ENTRY_NOT_RESTORED,
          "it is no directory, and stays: what the backup has below it is not restored; move it"
              + " away, and run the restore again");
    }
  }

  private void delete(LiveItem item) throws IOException {
    try {
      target.requireReadable(item);
      emit(new Step(item.key(), new Change.Delete(), Resolution.NONE, null, item, null));
    } catch (UnreadableException e) {
      unreadable(item.key(), e);
    }
  }

  /** Nothing is done to it, nor to what lies below. */
  private void unreadable(Key key, UnreadableException e) {
    blocked = key;
    problem(key, ErrorCode.ENTRY_NOT_RESTORED, "what is there cannot be read: " + e.getMessage());
  }

  private void problem(Key key, ErrorCode code, String message) {
    problems.add(key.toString(), code, message);
  }

  private void both(Wanted wanted, LiveCursor live) throws IOException {
    LiveItem item;
    try {
      item = live.take();
    } catch (UnreadableException e) {
      leaveAlone(wanted);
      unreadable(wanted.key(), e);
      return;
    }
    if (item == null) {
      wantedOnly(wanted);
      return;
    }
    try {
      both(wanted, item, live);
    } catch (UnreadableException e) {
      leaveAlone(wanted);
      problem(
          wanted.key(),
          ErrorCode.ENTRY_NOT_RESTORED,
          "what is there cannot be read: " + e.getMessage());
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.SENSITIVE_NOT_GRANTED) {
        closed(wanted);
        return;
      }
      if (!e.code().isDamage()) {
        throw e;
      }
      leaveAlone(wanted);
      problem(
          wanted.key(), e.code(), "its content is lost, what is there stays: " + e.getMessage());
    }
  }

  private void leaveAlone(Wanted wanted) {
    if (wanted.entry() != null) {
      links.leave(wanted.entry());
    }
  }

  private void both(Wanted wanted, LiveItem item, LiveCursor live) throws IOException {
    Entry entry = wanted.entry();
    if (entry == null) {
      target.requireReadable(item);
      Resolution resolution = isExpected(wanted, item) ? Resolution.NONE : resolve();
      settle(new Step(wanted.key(), new Change.Delete(), resolution, null, item, null), live);
      return;
    }
    boolean directories =
        entry.kind() == EntryKind.DIRECTORY && item.entry().kind() == EntryKind.DIRECTORY;
    if (wanted.context() && (directories || entry.kind() != EntryKind.DIRECTORY)) {
      return;
    }
    Set<EntryField> fields = EnumSet.noneOf(EntryField.class);
    fields.addAll(target.compare(item, entry));
    if (isClosed(entry) && !MADE_WITHOUT_CONTENT.containsAll(fields)) {
      if (fields.contains(EntryField.KIND)) {
        blocked = wanted.key();
        live.prune();
      }
      closed(wanted);
      return;
    }
    LinkGroups.Verdict link = links.next(wanted.key(), entry, item.entry());
    if (link.differs()) {
      fields.add(EntryField.LINKS);
    }
    if (fields.isEmpty()) {
      unchanged++;
      return;
    }
    target.requireReadable(item);
    if (names(item.entry()) > names(entry)) {
      // Changed in place it would change under names too that nobody has asked about.
      fields.add(EntryField.LINKS);
    }
    if (fields.contains(EntryField.KIND) && holdsUntouchable(wanted.key())) {
      blocked = wanted.key();
      live.prune();
      // Its other names are not to be linked to the directory.
      links.leave(entry);
      problem(
          wanted.key(),
          ErrorCode.ENTRY_NOT_RESTORED,
          "the directory that is there stays, for a file system is mounted in it");
      return;
    }
    boolean own = targetEmpty && wanted.key().isRoot() && directories;
    Resolution resolution = own || isExpected(wanted, item) ? Resolution.NONE : resolve();
    Change change = new Change.Update(fields);
    settle(new Step(wanted.key(), change, resolution, entry, item, link.linkTo()), live);
  }

  private boolean isClosed(Entry entry) {
    return entry.isSensitive() && !sensitive;
  }

  private void closed(Wanted wanted) {
    leaveAlone(wanted);
    problem(
        wanted.key(),
        ErrorCode.ENTRY_SENSITIVE,
        "its content is sensitive, which this credential does not open");
  }

  private boolean holdsUntouchable(Key key) {
    return untouchable.stream().anyMatch(key::covers);
  }

  private static long names(Entry entry) {
    return entry.links() == null ? 1 : entry.links().count();
  }

  /** Asks where somebody is to be asked, and keeps the step. */
  private void settle(Step step, LiveCursor live) throws IOException {
    Step settled =
        strategy == ConflictStrategy.PROMPT && step.resolution() == Resolution.FAIL
            ? step.resolved(prompt.ask(step))
            : step;
    boolean kinds =
        settled.change() instanceof Change.Update(Set<EntryField> fields)
            && fields.contains(EntryField.KIND);
    LiveItem item = settled.live();
    boolean directory = item != null && item.entry().kind() == EntryKind.DIRECTORY;
    if (!settled.applies()) {
      if (settled.wanted() != null) {
        links.leave(settled.wanted());
      }
      if (kinds) {
        blocked = settled.key();
        live.prune();
      }
    } else if (kinds && directory) {
      doomed = settled.key();
    }
    emit(settled);
  }

  private Resolution resolve() {
    return switch (strategy) {
      case SKIP -> Resolution.SKIP;
      case OVERWRITE, MERGE -> Resolution.OVERWRITE;
      case PROMPT, FAIL -> Resolution.FAIL;
    };
  }

  /** Whether the live entry is what was expected, so that changing it surprises nobody. */
  private boolean isExpected(Wanted wanted, LiveItem item) throws IOException {
    Wanted.Expected expected = wanted.expected();
    if (expected == null) {
      return false;
    }
    if (expected.digest() != 0 && item.fingerprint().digest() == expected.digest()) {
      return true;
    }
    Entry entry = expected.entry();
    if (entry == null) {
      return false;
    }
    if (!expected.complete() && entry.kind() == EntryKind.DIRECTORY) {
      // It was being filled; a directory is removed only when it is empty.
      return item.entry().kind() == EntryKind.DIRECTORY;
    }
    return target.compare(item, entry).isEmpty();
  }

  private void emit(Step step) throws IOException {
    out.add(step);
    if (step.isConflict()) {
      conflicts++;
    }
    if (step.resolution() == Resolution.SKIP) {
      unchanged++;
      return;
    }
    if (step.resolution() == Resolution.FAIL) {
      open++;
    }
    feasibility.consider(step);
    boolean own = targetEmpty && step.key().isRoot();
    Entry wanted = step.wanted();
    LiveItem live = step.live();
    switch (step.change()) {
      case Change.Create c -> create++;
      case Change.Update u -> {
        update++;
        alters |= !own;
      }
      case Change.Delete d -> {
        delete++;
        alters = true;
      }
    }
    if (live != null) {
      undoBytes += live.entry().size();
    }
    if (wanted != null && step.linkTo() == null && writesContent(step.change())) {
      writeBytes += wanted.size();
    }
  }

  private static boolean writesContent(Change change) {
    return switch (change) {
      case Change.Create c -> true;
      case Change.Update(Set<EntryField> fields) ->
          fields.contains(EntryField.CONTENT)
              || fields.contains(EntryField.KIND)
              || fields.contains(EntryField.LINKS);
      case Change.Delete d -> false;
    };
  }

  Counts counts() {
    return new Counts(create, update, delete, unchanged, conflicts, open, skipped);
  }

  long writeBytes() {
    return writeBytes;
  }

  long undoBytes() {
    return undoBytes;
  }

  boolean alters() {
    return alters;
  }
}
