package io.salvor.cli.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.kills.Chronicle.Asker;
import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.testkit.files.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands of every kind are killed at random moments, on one repository: whatever was acknowledged
 * restores byte for byte, no alarm is raised, and the same command completes when it is run again.
 */
class KilledCommandsTest {
  private static final long SEED = Long.getLong("salvor.test.seed", 20260131);

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private final Map<String, Integer> killed = new TreeMap<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private final Map<String, Long> took = new TreeMap<>();

  /** What was run of late, for whoever has to find out. */
  private final Deque<String> story = new ArrayDeque<>();

  @Test
  void whatWasAcknowledgedSurvivesAFewKills() throws Exception {
    kill(6);
  }

  @Test
  @Tag("slow")
  void whatWasAcknowledgedSurvivesHundredsOfKills() throws Exception {
    kill(
        Boolean.getBoolean("salvor.test.sample")
            ? 50
            : Integer.getInteger("salvor.test.kills", 500));
  }

  private void kill(int kills) throws Exception {
    Ground ground = new Ground(temp);
    ground.init();
    Random random = new Random(SEED);
    Chronicle chronicle = new Chronicle(temp);
    Asker observer = ground.machine("observer");
    MixedDeeds deeds = new MixedDeeds(ground, chronicle, random, ground.machine("state"), observer);
    Optional<Deed> first = Optional.of(deeds.backup(0));
    CommandProcess next = new CommandProcess();
    int restored = 0;
    try {
      for (int count = 1; count <= kills; count++) {
        Deed cutOff;
        try (CommandProcess process = next) {
          if (first.isPresent()) {
            Answer answer = process.run(first.get().asked());
            finish(first.get(), answer);
          }
          if (deeds.isDamaged()) {
            throw new AssertionError("a repair that has ended left damage");
          }
          cutOff = untilKilled(process, deeds, random);
        }
        next = new CommandProcess();
        killed.merge(cutOff.verb(), 1, Integer::sum);
        try {
          if (deeds.isDamaged()) {
            // Not judged before the repair has been run again.
            finish(cutOff, CommandServer.run(cutOff.asked()));
          }
          restored += check(ground, chronicle, observer, random, count, kills);
          first = cutOff.again().deed();
        } catch (AssertionError | Exception e) {
          throw new AssertionError(
              "kill %d, of %s with seed %d: %s%nafter%n%s"
                  .formatted(count, cutOff.asked().words(), SEED, e, String.join("\n", story)),
              e);
        }
      }
    } finally {
      next.close();
    }
    System.out.printf(
        "%d kills %s; %d commands completed %s; %d backups acknowledged, %d forgotten, %d restored"
            + " and compared%n",
        kills,
        killed,
        done.values().stream().mapToInt(n -> n).sum(),
        done,
        chronicle.count(),
        chronicle.forgottenCount(),
        restored);
    assertThat(killed).hasSizeGreaterThan(kills < 50 ? 1 : 8);
  }

  private Deed untilKilled(CommandProcess process, MixedDeeds deeds, Random random)
      throws IOException {
    while (true) {
      boolean was = deeds.isDamaged();
      Deed deed = deeds.next();
      if (deeds.isDamaged() && !was) {
        tell(deeds.harm());
      }
      long usual = took.getOrDefault(deed.verb(), 400_000_000L);
      Duration life =
          random.nextInt(3) == 0
              ? Duration.ofDays(1)
              : Duration.ofNanos((long) (usual * 1.1 * random.nextDouble()));
      long began = System.nanoTime();
      Optional<Answer> answer = process.run(deed.asked(), life);
      if (answer.isEmpty()) {
        tell("killed " + deed.asked().words());
        return deed;
      }
      took.merge(deed.verb(), System.nanoTime() - began, (a, b) -> (3 * a + b) / 4);
      finish(deed, answer.get());
    }
  }

  private void tell(String what) {
    story.add(what);
    if (story.size() > 60) {
      story.remove();
    }
  }

  private void finish(Deed deed, Answer answer) throws IOException {
    tell(answer.exit() + " " + deed.asked().words());
    assertThat(answer.exit())
        .as(
            "%s: %s %s%nafter%n%s",
            deed.asked().words(), answer.err(), answer.out(), String.join("\n", story))
        .isIn(deed.good());
    done.merge(deed.verb(), 1, Integer::sum);
    deed.done().with(answer);
  }

  /** Some of it after each kill, all of it now and then. */
  private static int check(
      Ground ground, Chronicle chronicle, Asker observer, Random random, int count, int kills)
      throws IOException {
    chronicle.assertListed(observer);
    boolean whole = count % 50 == 0 || count == kills;
    Chronicle.assertIntact(observer, whole || count % 5 == 0 ? "full" : "structure");
    if (count % 50 == 0) {
      System.out.println(count + " kills");
    }
    if (!whole) {
      List<String> all = chronicle.readable();
      if (all.isEmpty()) {
        return 0;
      }
      chronicle.assertRestores(observer, all.get(random.nextInt(all.size())));
      return 1;
    }
    observer.good("key", "writer", "accept");
    chronicle.accepted();
    observer.good("copy", "--to=" + ground.copy(), "--init");
    Asker stranger = ground.stranger();
    chronicle.assertListed(stranger);
    Chronicle.assertIntact(stranger, "full");
    Chronicle.assertIntact(ground.machine("state"), "full");
    Asker copy = stranger.with("--repo=" + ground.copy());
    chronicle.assertListed(copy);
    Chronicle.assertIntact(copy, "full");
    return chronicle.assertAllRestore(stranger) + chronicle.assertAllRestore(copy);
  }
}
