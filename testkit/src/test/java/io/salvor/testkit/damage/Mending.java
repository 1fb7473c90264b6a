package io.salvor.testkit.damage;

import io.salvor.engine.copy.Copies;
import io.salvor.engine.copy.CopyReport;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repair.KeyMending;
import io.salvor.engine.repair.RepairPlan;
import io.salvor.engine.repair.Repairs;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.storage.MemoryStorage;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What `salvor repair` does, and a copy to do it with. */
public final class Mending {
  private Mending() {}

  /** A copy of everything. */
  public static MemoryStorage copyOf(Machine machine, MemoryStorage storage) throws Exception {
    MemoryStorage copy = MemoryStorage.named("copy");
    try (Repository from = machine.open(storage)) {
      Copies.prepare(from, copy);
      try (Repository to = machine.open(copy)) {
        CopyReport report = Copies.copy(from, to, "host", Progress.NONE);
        if (!report.complete()) {
          throw new IllegalStateException(report.toString());
        }
      }
    }
    return copy;
  }

  /** A dead process closes nothing, so neither does this when it fails. */
  public static RepairPlan repair(
      Machine machine, Storage storage, @Nullable Storage copy, boolean acceptLoss)
      throws Exception {
    Repository from = copy == null ? null : machine.open(copy);
    List<ObjectName> keys = List.of();
    if (from != null) {
      SortedMap<ObjectName, byte[]> wanted = KeyMending.plan(storage, from);
      RepairPlan _ = plan(machine, KeyMending.preview(storage, wanted), from, acceptLoss);
      KeyMending.apply(storage, wanted);
      keys = List.copyOf(wanted.keySet());
    }
    Repository repository = machine.open(storage);
    RepairPlan plan = Repairs.plan(repository, from, keys, acceptLoss, Progress.NONE);
    Repairs.apply(repository, from, plan, "host", "tester", Progress.NONE);
    repository.close();
    if (from != null) {
      from.close();
    }
    return plan;
  }

  private static RepairPlan plan(
      Machine machine, Storage storage, Repository from, boolean acceptLoss) throws Exception {
    try (Repository repository = machine.open(storage)) {
      return Repairs.plan(repository, from, List.of(), acceptLoss, Progress.NONE);
    }
  }
}
