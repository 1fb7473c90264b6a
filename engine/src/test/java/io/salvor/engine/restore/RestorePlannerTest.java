package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.restore.RestoreReport.Problem;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of what is live: of what cannot be read, may not be opened, or is in the way. */
class RestorePlannerTest {
  private static final Extras EVERYTHING = new Extras(Scope.ALL, Scope.ALL, List.of());

  @TempDir Path temp;

  private final LiveMap live = new LiveMap();
  private final TreeMap<Key, Wanted> wanted = new TreeMap<>();
  private final Problems problems = new Problems();
  private ConflictStrategy strategy = ConflictStrategy.OVERWRITE;
  private ConflictPrompt prompt = ConflictPrompt.NOBODY;
  private @Nullable Extras extras;

  private Counts plan() throws IOException {
    RestoreRecords records =
        new RestoreRecords(
            LocalState.open(Map.of("SALVOR_CACHE_DIR", temp.toString()), temp)
                .state("repository")
                .directory("restores"));
    var rest = List.copyOf(wanted.values()).iterator();
    Wanted.Cursor cursor =
        new Wanted.Cursor() {
          @Override
          public @Nullable Wanted next() {
            return rest.hasNext() ? rest.next() : null;
          }

          @Override
          public boolean isAfterLoss() {
            return false;
          }
        };
    Path file = Files.createTempFile(temp, "plan", "");
    try (LinkGroups links = new LinkGroups(records::draft);
        LiveCursor now = live.live(Progress.NONE);
        FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
      Planner planner =
          new Planner(
              live,
              strategy,
              prompt,
              extras,
              live.untouchable(),
              false,
              problems,
              new PlanWriter(out),
              live.feasibility(),
              links,
              Progress.NONE);
      planner.plan(cursor, now);
      return planner.counts();
    }
  }

  private List<String> steps() {
    return live.planned.stream()
        .map(
            step ->
                step.change().word()
                    + " "
                    + step.key()
                    + (step.linkTo() == null ? "" : " like " + step.linkTo()))
        .toList();
  }

  private List<String> troubles() {
    return problems.list().stream().map(p -> p.key() + " " + p.code()).toList();
  }

  private void want(Entry entry, String... key) {
    Key at = Key.of(key);
    wanted.put(at, new Wanted(at, entry, false, null));
  }

  /** Nothing is wanted there any more, and this is what should be there. */
  private void undo(Wanted.@Nullable Expected expected, String... key) {
    Key at = Key.of(key);
    wanted.put(at, new Wanted(at, null, false, expected));
  }

  private static Entry directory() {
    return Entry.builder(EntryKind.DIRECTORY).mode(0755).build();
  }

  private static Entry file(int mode) {
    return Entry.builder(EntryKind.FILE).mode(mode).build();
  }

  /** One of two names of a file. */
  private static Entry linked(int mode) {
    return Entry.builder(EntryKind.FILE).mode(mode).inode(7).links(new HardLinks(1, 2)).build();
  }

  private static Entry sensitive(int mode, int content) {
    return Entry.builder(EntryKind.FILE)
        .mode(mode)
        .content(
            5,
            new ContentRef.Inline(
                List.of(new Extent.Data(5, new BlobId(content, 2, 3, 4), BlobKind.SENSITIVE))))
        .build();
  }

  private static SalvorException failure(ErrorCode code) {
    return new SalvorException(code, "It failed", "because", "do something");
  }

  @Test
  void whatCannotBeLookedAtStaysWithAllBelowItAndTheRestGoesOn() throws IOException {
    live.put(directory(), "closed").put(file(0600), "closed", "x").put(file(0600), "open");
    live.unreadable.add(Key.of("closed"));
    want(directory(), "closed");
    want(file(0644), "closed", "x");
    want(file(0644), "closed", "y");
    want(file(0644), "open");
    Counts counts = plan();
    assertThat(steps()).containsExactly("update open");
    assertThat(troubles()).containsExactly("closed ENTRY_NOT_RESTORED");
    assertThat(counts.skipped()).isEqualTo(2);
  }

  @Test
  void noNameIsLinkedToOneThatWasLeftAsItIs() throws IOException {
    for (ErrorCode code :
        List.of(
            ErrorCode.OBJECT_DAMAGED,
            ErrorCode.SENSITIVE_NOT_GRANTED,
            ErrorCode.ENTRY_NOT_RESTORED)) {
      live.planned.clear();
      live.failures.clear();
      live.unreadableContents.clear();
      live.put(linked(0600), "a");
      if (code == ErrorCode.ENTRY_NOT_RESTORED) {
        live.unreadableContents.add(Key.of("a"));
      } else {
        live.failures.put(Key.of("a"), failure(code));
      }
      want(linked(0644), "a");
      want(linked(0644), "b");
      plan();
      assertThat(steps()).as(code.name()).containsExactly("create b");
    }
    assertThat(problems.list()).extracting(Problem::key).containsOnly("a");
    assertThat(problems.list())
        .extracting(Problem::code)
        .containsExactly(
            ErrorCode.OBJECT_DAMAGED, ErrorCode.ENTRY_SENSITIVE, ErrorCode.ENTRY_NOT_RESTORED);
  }

  @Test
  void whatIsNoDamageEndsThePlan() {
    live.put(file(0600), "a");
    live.failures.put(Key.of("a"), failure(ErrorCode.STORAGE_FULL));
    want(file(0644), "a");
    assertThatThrownBy(this::plan)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
  }

  @Test
  void aClosedFileIsNotMadeAndOfOneThatIsThereOnlyMetadataChange() throws IOException {
    live.put(sensitive(0600, 1), "changed").put(sensitive(0600, 1), "mode");
    live.put(directory(), "other").put(file(0600), "other", "x");
    want(sensitive(0600, 2), "changed");
    want(sensitive(0644, 1), "mode");
    want(sensitive(0600, 1), "new");
    want(sensitive(0600, 1), "other");
    extras = EVERYTHING;
    plan();
    assertThat(steps()).as("what a closed file stands in for stays").containsExactly("update mode");
    assertThat(troubles())
        .containsExactly("changed ENTRY_SENSITIVE", "new ENTRY_SENSITIVE", "other ENTRY_SENSITIVE");
  }

  @Test
  void aDirectoryThatHoldsAMountStaysAndNothingIsLinkedToIt() throws IOException {
    live.put(directory(), "d").put(directory(), "d", "mount").put(file(0600), "d", "x");
    live.untouchable.add(Key.of("d", "mount"));
    want(linked(0644), "d");
    want(linked(0644), "e");
    extras = EVERYTHING;
    plan();
    assertThat(steps()).containsExactly("create e");
    assertThat(troubles()).containsExactly("d ENTRY_NOT_RESTORED");
  }

  @Test
  void whatCannotBeKeptForTheUndoIsNotDeletedNorWhatLiesBelow() throws IOException {
    live.put(directory(), "d").put(file(0600), "d", "closed").put(file(0600), "d", "open");
    live.put(directory(), "e").put(file(0600), "e", "x");
    live.unreadableContents.add(Key.of("d", "closed"));
    live.unreadable.add(Key.of("e"));
    extras = EVERYTHING;
    Counts counts = plan();
    assertThat(steps()).containsExactly("delete d", "delete d/open");
    assertThat(troubles()).containsExactly("d/closed ENTRY_NOT_RESTORED", "e ENTRY_NOT_RESTORED");
    assertThat(counts.delete()).isEqualTo(2);
  }

  @Test
  void aDirectoryThatBecomesAFileGoesWithAllBelowItAndOnlyIfThatIsWanted() throws IOException {
    live.put(directory(), "d").put(file(0600), "d", "x").put(file(0600), "e");
    want(file(0644), "d");
    plan();
    assertThat(steps()).as("e is no part of it").containsExactly("update d", "delete d/x");

    live.planned.clear();
    strategy = ConflictStrategy.SKIP;
    want(linked(0644), "d");
    want(linked(0644), "f");
    Counts counts = plan();
    assertThat(steps()).containsExactly("create f");
    assertThat(counts.unchanged()).isEqualTo(1);
    assertThat(counts.conflicts()).isEqualTo(1);
    assertThat(counts.open()).isZero();
  }

  @Test
  void whoIsAskedDecides() throws IOException {
    live.put(file(0600), "a").put(directory(), "d").put(file(0600), "d", "x");
    want(file(0644), "a");
    want(file(0644), "d");
    strategy = ConflictStrategy.PROMPT;
    prompt = step -> step.key().equals(Key.of("a")) ? Resolution.OVERWRITE : Resolution.SKIP;
    Counts counts = plan();
    assertThat(steps()).containsExactly("update a");
    assertThat(counts.conflicts()).isEqualTo(2);
    assertThat(counts.open()).isZero();

    live.planned.clear();
    prompt = ConflictPrompt.NOBODY;
    assertThat(plan().open()).isEqualTo(2);
  }

  @Test
  void whatStandsWhereALostDirectoryIsWantedStays() throws IOException {
    live.put(file(0600), "d");
    want(file(0644), "d", "x");
    Counts counts = plan();
    assertThat(steps()).isEmpty();
    assertThat(troubles()).containsExactly("d ENTRY_NOT_RESTORED");
    assertThat(counts.skipped()).isEqualTo(1);
  }

  @Test
  void whatVanishesMeanwhileIsMadeOrForgotten() throws IOException {
    live.put(file(0600), "a").put(file(0600), "extra");
    live.vanishing.add(Key.of("a"));
    live.vanishing.add(Key.of("extra"));
    want(file(0644), "a");
    extras = EVERYTHING;
    plan();
    assertThat(steps()).containsExactly("create a");
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void aFileWithMoreNamesThanAreWantedIsNotChangedUnderTheOthers() throws IOException {
    live.put(linked(0600), "a");
    want(file(0644), "a");
    plan();
    assertThat(live.planned.getFirst().change())
        .isInstanceOfSatisfying(
            Change.Update.class,
            u -> assertThat(u.fields()).contains(EntryField.MODE, EntryField.LINKS));
  }

  @Test
  void whatARestoreHasMadeIsTakenBackAndWhatItHasNotIsAConflict() throws IOException {
    Entry made = file(0644);
    undo(new Wanted.Expected(made, 0, true), "as made");
    undo(new Wanted.Expected(made, 0, true), "changed since");
    undo(new Wanted.Expected(made, 0, true), "gone");
    undo(new Wanted.Expected(directory(), 0, false), "half filled");
    undo(new Wanted.Expected(directory(), 0, false), "no directory");
    undo(
        new Wanted.Expected(null, new Fingerprint(Key.of("seen").encoded()).digest(), true),
        "seen");
    undo(new Wanted.Expected(null, 0, true), "unexpected");
    live.put(made, "as made").put(file(0600), "changed since");
    live.put(Entry.builder(EntryKind.DIRECTORY).mode(0700).build(), "half filled");
    live.put(made, "no directory").put(made, "seen").put(made, "unexpected");
    strategy = ConflictStrategy.SKIP;
    Counts counts = plan();
    assertThat(steps()).containsExactly("delete as made", "delete half filled", "delete seen");
    assertThat(counts.conflicts()).isEqualTo(3);
    assertThat(counts.unchanged()).as("with what is gone").isEqualTo(4);
    assertThat(counts.delete()).isEqualTo(3);
  }
}
