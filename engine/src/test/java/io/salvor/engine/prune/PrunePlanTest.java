package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.prune.PrunePlan.Fate;
import io.salvor.engine.prune.PrunePlan.PackPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrunePlanTest {
  private static final PackPlan DEAD = new PackPlan(new ObjectId(1, 1), Fate.DEAD, 100, 0);
  private static final PackPlan SPARSE = new PackPlan(new ObjectId(2, 2), Fate.SPARSE, 80, 30);
  private static final PackPlan LOST = new PackPlan(new ObjectId(3, 3), Fate.LOST, 50, 0);

  @Test
  void whatIsFreedIsWhatGoesWithoutWhatIsCopiedAndWithoutWhatIsGoneAlready() {
    PrunePlan plan = plan(7, 0, DEAD, SPARSE, LOST);
    assertThat(plan.freed()).isEqualTo(150);
    assertThat(plan.copied()).isEqualTo(30);
    assertThat(plan.unused()).isEqualTo(157);
    assertThat(plan.packs(Fate.SPARSE)).containsExactly(SPARSE);
    assertThat(plan.packs(Fate.ORPHAN)).isEmpty();
  }

  @Test
  void onlyWithoutPacksAndSegmentsThereIsNothingToDo() {
    assertThat(plan(7, 0).isEmpty()).isTrue();
    assertThat(plan(0, 2).isEmpty()).isFalse();
    assertThat(plan(0, 0, LOST).isEmpty()).isFalse();
  }

  private static PrunePlan plan(long keptUnused, int segments, PackPlan... packs) {
    return new PrunePlan(List.of(packs), 1, 1000, keptUnused, segments, List.of());
  }
}
