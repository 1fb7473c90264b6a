package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanFileTest {
  @TempDir Path temp;

  private static Entry entry(EntryKind kind, int mode) {
    return Entry.builder(kind).mode(mode).mtime(new PosixTime(mode, 7)).build();
  }

  private static RestorePlan plan() {
    return new RestorePlan(
        new RestoreId("20260130-150000-k7f3q"),
        Instant.parse("2026-01-30T15:00:00Z"),
        new RestorePlan.Origin("00ff", "20260130-140000-k7f3q", ""),
        "files",
        "/target",
        new RestorePlan.Options(
            RestoreMode.INPLACE, ConflictStrategy.OVERWRITE, true, Check.DURABLE),
        new RestorePlan.Counts(1, 2, 3, 4, 5, 6, 7),
        new RestorePlan.Volume(8, 9, 10),
        true,
        List.of(new Notice("code", "key", "message")),
        List.of(new Notice("other", "", "cannot be undone")),
        List.of(new RestoreReport.Problem("lost", ErrorCode.TREE_DAMAGED, "is lost")),
        List.of(Key.of("a", ".salvor-20260130-150000-k7f3q-1")));
  }

  private static List<Step> steps(int count) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Key key = Key.of("d", String.format("%07d", i));
      Entry wanted = entry(EntryKind.FIFO, i & 0777);
      LiveItem live =
          new LiveItem(key, entry(EntryKind.SOCKET, 1), new Fingerprint(new byte[] {(byte) i}));
      steps.add(
          switch (i % 3) {
            case 0 ->
                new Step(key, new Change.Create(), Resolution.NONE, wanted, null, Key.of("x"));
            case 1 ->
                new Step(
                    key,
                    new Change.Update(EnumSet.of(EntryField.KIND, EntryField.ACL)),
                    Resolution.SKIP,
                    wanted,
                    live,
                    null);
            default -> new Step(key, new Change.Delete(), Resolution.FAIL, null, live, null);
          });
    }
    return steps;
  }

  private Path write(List<Step> steps) throws Exception {
    Path path = temp.resolve("plan");
    Files.deleteIfExists(path);
    try (FileChannel out =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      PlanWriter writer = new PlanWriter(out);
      for (Step step : steps) {
        writer.add(step);
      }
      writer.finish(plan());
    }
    return path;
  }

  @Test
  void whatWasWrittenIsReadAgain() throws Exception {
    for (int count : new int[] {0, 1, 5000}) {
      List<Step> steps = steps(count);
      PlanFile file = PlanFile.open(write(steps));
      assertThat(file.plan()).isEqualTo(plan());
      List<Step> read = new ArrayList<>();
      try (PlanFile.Steps cursor = file.steps()) {
        for (Step step = cursor.next(); step != null; step = cursor.next()) {
          assertThat(cursor.number()).isEqualTo(read.size());
          read.add(step);
        }
        assertThat(cursor.next()).isNull();
      }
      assertThat(read).isEqualTo(steps);
    }
  }

  @Test
  void everyFlippedByteAndEveryShorterFileIsRefused() throws Exception {
    Path path = write(steps(6));
    byte[] sound = Files.readAllBytes(path);
    for (int i = 0; i < sound.length; i++) {
      byte[] flipped = sound.clone();
      flipped[i] ^= 0x40;
      refused(path, flipped);
      refused(path, Arrays.copyOf(sound, i));
    }
    refused(path, Arrays.copyOf(sound, sound.length + 1));
  }

  private static void refused(Path path, byte[] bytes) throws Exception {
    Files.write(path, bytes);
    assertThatThrownBy(() -> PlanFile.open(path))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLAN_UNUSABLE));
  }
}
