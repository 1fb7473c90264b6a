package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.ProcessMark;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FoundSessionTest {
  private static final ObjectId ID = new ObjectId(1, 1);
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final Duration TWO_DAYS = Duration.ofDays(2);

  @Test
  void oneThatWasRevokedOrClosedIsGivenUp() {
    assertThat(new FoundSession(ID, null, null, false, false).isGivenUp()).isFalse();
    assertThat(new FoundSession(ID, null, null, true, false).isGivenUp()).isTrue();
    assertThat(new FoundSession(ID, null, null, false, true).isGivenUp()).isTrue();
  }

  @Test
  void onlyAWriterOfThisMachineThatHasEndedForCertainIsDead() {
    ProcessMark me = ProcessMark.current();
    assertThat(of(me.toString()).isDead()).as("it is this very process").isFalse();
    ProcessMark before =
        new ProcessMark(me.host(), me.boot(), me.namespace(), me.pid(), me.start() + 1);
    assertThat(of(before.toString()).isDead()).as("its pid was used again").isEqualTo(mayKnow());
    assertThat(of("4711").isDead()).as("nobody knows what that is").isFalse();
    assertThat(new FoundSession(ID, null, null, false, false).isDead()).isFalse();
  }

  private static boolean mayKnow() {
    return !ProcessMark.current().boot().equals("none");
  }

  @Test
  void itIsSilentOnceTheWholeTimeHasPassedSinceItsLastSign() {
    FoundSession opened = of("4711");
    assertThat(opened.lastSign()).contains(START);
    assertThat(opened.isSilent(TWO_DAYS, START.plus(TWO_DAYS))).isFalse();
    assertThat(opened.isSilent(TWO_DAYS, START.plus(TWO_DAYS).plusNanos(1))).isTrue();
    FoundSession working = with(Sessions.checkpoint(ID, 1, START.plusSeconds(100)));
    assertThat(working.lastSign()).contains(START.plusSeconds(100));
    assertThat(working.isSilent(TWO_DAYS, START.plus(TWO_DAYS).plusSeconds(100))).isFalse();
    assertThat(working.isSilent(TWO_DAYS, START.plus(TWO_DAYS).plusSeconds(101))).isTrue();
  }

  @Test
  void oneOfWhichNothingCanBeReadIsNeverTakenForSilent() {
    FoundSession unknown = new FoundSession(ID, null, null, false, false);
    assertThat(unknown.lastSign()).isEmpty();
    assertThat(unknown.isSilent(Duration.ZERO, START.plus(Duration.ofDays(9999)))).isFalse();
  }

  @Test
  void aCheckpointWithoutAReadableManifestCountsAsNone() {
    FoundSession odd = with(new SessionRecord.Checkpoint(ID, 1, new byte[] {1}, false));
    assertThat(odd.manifest()).isEmpty();
    assertThat(odd.lastSign()).contains(START);
    assertThat(with(Sessions.checkpoint(ID, 1, START)).manifest().orElseThrow().root())
        .isEqualTo(Sessions.TREE);
  }

  @Test
  void anUndoNeedsTheKeysOfWhatItCreatedAsWell() {
    BackupId id = new BackupId("20260130-150000-k7f3q");
    Root entries = new Root(id, Sessions.TREE, false);
    assertThat(Root.of(Sessions.manifest(ID, START, null))).containsExactly(entries);
    Manifest.UndoOf undo = new Manifest.UndoOf("restore", START, Sessions.CREATED);
    assertThat(Root.of(Sessions.manifest(ID, START, undo)))
        .containsExactly(entries, new Root(id, Sessions.CREATED, true));
  }

  private static FoundSession of(String process) {
    return new FoundSession(ID, Sessions.opening(ID, START, process), null, false, false);
  }

  private static FoundSession with(SessionRecord.@Nullable Checkpoint checkpoint) {
    return new FoundSession(ID, Sessions.opening(ID, START, "4711"), checkpoint, false, false);
  }
}
