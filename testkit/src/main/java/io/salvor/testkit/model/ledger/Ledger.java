package io.salvor.testkit.model.ledger;

import io.salvor.testkit.model.Model;
import io.salvor.testkit.model.Rule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The ledger: one or two key holders, and on request somebody who forgets a backup, one or two who
 * sum up what the entries say, and an adversary in the storage.
 */
public final class Ledger implements Model {

  /** Who may take part besides the first key holder. */
  public enum Part {
    SECOND_HOLDER,
    REMOVER,
    SUMMARIZER,
    SECOND_SUMMARIZER,
    ADVERSARY
  }

  private final Set<Part> parts;
  private final Set<Rule> rules;
  private final List<KeyHolder> holders;
  private final List<Summarizer> summarizers = new ArrayList<>();

  /** A ledger with these parts and all rules but those. */
  public Ledger(Set<Part> parts, Rule... without) {
    this.parts = Set.copyOf(parts);
    rules = EnumSet.allOf(Rule.class);
    List.of(without).forEach(rules::remove);
    holders =
        IntStream.range(0, parts.contains(Part.SECOND_HOLDER) ? 2 : 1)
            .mapToObj(h -> new KeyHolder(rules, h))
            .toList();
    if (parts.contains(Part.SUMMARIZER)) {
      summarizers.add(new Summarizer(0));
    }
    if (parts.contains(Part.SECOND_SUMMARIZER)) {
      summarizers.add(new Summarizer(1));
    }
  }

  @Override
  public int[] first() {
    return LedgerWorld.first(rules).cells;
  }

  @Override
  public void expand(int[] state, Steps steps) {
    LedgerWorld world = new LedgerWorld(rules, state);
    holders.forEach(holder -> holder.expand(world, steps));
    if (parts.contains(Part.REMOVER)) {
      Remover.expand(world, steps);
    }
    summarizers.forEach(summarizer -> summarizer.expand(world, steps));
    if (parts.contains(Part.ADVERSARY)) {
      Adversary.expand(world, steps);
    }
  }

  @Override
  public @Nullable String violation(int[] state) {
    return switch (state[LedgerWorld.WRONG]) {
      case 1 -> "a loss was not noticed";
      case 2 -> "an alarm, though nothing was lost";
      default -> null;
    };
  }

  @Override
  public boolean finished(int[] state) {
    LedgerWorld world = new LedgerWorld(rules, state);
    return holders.stream().allMatch(holder -> holder.finished(world))
        && Remover.finished(world)
        && summarizers.stream().allMatch(summarizer -> summarizer.finished(world));
  }
}
