package io.salvor.engine.restore;

import io.salvor.engine.local.LocalDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A plan that is complete and not applied; closing it forgets it, unless it was applied. */
public final class PlannedRestore implements AutoCloseable {
  private final PlanFile file;
  private final @Nullable LocalDraft draft;

  PlannedRestore(PlanFile file, @Nullable LocalDraft draft) {
    this.file = file;
    this.draft = draft;
  }

  /** The header. */
  public RestorePlan plan() {
    return file.plan();
  }

  /** The steps, and conflicts that are left alone. */
  public PlanFile file() {
    return file;
  }

  /** Saves it, to be reviewed and applied later. */
  public void save(Path to) throws IOException {
    Files.copy(file.path(), to, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Keeps it as the record of a restore that is about to be made. */
  PlanFile keep(RestoreRecords records) throws IOException {
    if (draft != null) {
      draft.publish(RestoreRecords.planName(plan().id()));
    } else {
      try (LocalDraft copy = records.draft()) {
        Files.copy(file.path(), copy.path(), StandardCopyOption.REPLACE_EXISTING);
        copy.publish(RestoreRecords.planName(plan().id()));
      }
    }
    return records.plan(plan().id());
  }

  @Override
  public void close() {
    if (draft != null) {
      draft.close();
    }
  }
}
