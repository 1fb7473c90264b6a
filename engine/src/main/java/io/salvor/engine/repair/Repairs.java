package io.salvor.engine.repair;

import io.salvor.engine.copy.CopySession;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Mends repositories. */
public final class Repairs {
  private Repairs() {}

  /**
   * Reads everything, and says what can be mended.
   *
   * @param copy another storage's copy of the same repository, if there is one
   * @param keys what {@link KeyMending} has found before the repository could be opened
   * @param acceptLoss whether the ledger is told to give up manifests, and entries of its own, that
   *     nobody has
   */
  public static RepairPlan plan(
      Repository repository,
      @Nullable Repository copy,
      List<ObjectName> keys,
      boolean acceptLoss,
      Progress progress)
      throws IOException, InterruptedException {
    return new Survey(repository, copy, progress).plan(keys, acceptLoss);
  }

  /**
   * Does what a plan says. Nothing is deleted; a plan that is carried out twice changes nothing the
   * second time but for what could not be done the first time.
   *
   * @param host this machine
   * @param author who has asked for it
   * @throws io.salvor.engine.error.SalvorException SESSION_REVOKED
   */
  public static void apply(
      Repository repository,
      @Nullable Repository copy,
      RepairPlan plan,
      String host,
      String author,
      Progress progress)
      throws IOException, InterruptedException {
    if (plan.isEmpty()) {
      return;
    }
    try (CopySession session = CopySession.begin(repository, host, "repair")) {
      repository.awaitListings();
      new RepairRun(repository, copy, plan, author, session, session.signing(progress)).run();
    }
  }
}
