package io.salvor.cli.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.kills.Chronicle.Asker;
import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.testkit.files.MemoryTempDir;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Erasures, and backups between them, are killed at random moments: what stays restores byte for
 * byte with whichever key opens the repository then, and the same command ends what it began.
 */
class KilledErasuresTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Ground ground;
  private Chronicle chronicle;
  private int key;

  @Test
  @Tag("slow")
  void whatStaysSurvivesTheKillsOfErasures() throws Exception {
    kill(
        Boolean.getBoolean("salvor.test.sample")
            ? 10
            : Integer.getInteger("salvor.test.kills", 60));
  }

  private void kill(int kills) throws Exception {
    ground = new Ground(temp);
    chronicle = new Chronicle(temp);
    Random random = new Random(20260131);
    me("state").good("init", "--erasable");
    long usual = Duration.ofSeconds(2).toNanos();
    int backups = 0;
    int erasures = 0;
    CommandProcess next = new CommandProcess();
    try {
      for (int count = 0; count < kills; count++) {
        Optional<Answer> answer = Optional.of(new Answer(0, "", ""));
        String erased = "";
        try (CommandProcess process = next) {
          while (answer.isPresent()) {
            String newest = "";
            for (int i = 0; i < 2; i++) {
              newest = backup(process, random);
              backups++;
            }
            // A source keeps its newest; ids of the same second are in no order.
            List<String> others = new ArrayList<>(chronicle.readable());
            others.remove(newest);
            erased = others.get(random.nextInt(others.size()));
            chronicle.beginsToGo(Set.of(erased));
            long began = System.nanoTime();
            answer =
                process.run(
                    ground.asked(me("state"), words(erased)),
                    Duration.ofNanos((long) (random.nextDouble() * 1.1 * usual)));
            if (answer.isPresent()) {
              usual = (3 * usual + System.nanoTime() - began) / 4;
              assertThat(answer.get().exit()).as(answer.get().err()).isZero();
              erased(erased);
              erasures++;
            }
          }
        }
        next = new CommandProcess();
        try {
          again(erased);
          erasures++;
        } catch (AssertionError | Exception e) {
          throw new AssertionError("kill " + count + " of an erasure: " + e, e);
        }
      }
    } finally {
      next.close();
    }
    int restored = chronicle.assertAllRestore(me("observer"));
    System.out.printf(
        "%d kills of erasures: %d backups, %d erasures ended, %d backups left and restored%n",
        kills, backups, erasures, restored);
  }

  private Asker me(String state) {
    return ground.machine(state).with("--kms=" + key(key));
  }

  private String key(int number) {
    return ground.key("key" + number);
  }

  private String[] words(String backup) {
    return new String[] {"erase", backup, "--new-kms=" + key(key + 1), "--yes"};
  }

  private void erased(String backup) {
    chronicle.gone(Set.of(backup));
    key++;
  }

  private String backup(CommandProcess process, Random random) throws IOException {
    ground.change(0, random);
    SortedMap<String, String> contents = new TreeMap<>(Trees.digest(ground.source(0)));
    Answer answer = process.run(ground.asked(me("state"), "backup", ground.source(0).toString()));
    assertThat(answer.exit()).as(answer.err()).isZero();
    String id = answer.json().get("id").asString();
    chronicle.acknowledge(id, contents);
    return id;
  }

  /** After a kill: with the old key, or with the new one if the old one is destroyed. */
  private void again(String erased) throws IOException {
    boolean old = me("observer").ask("list").exit() == 0;
    String[] words = words(erased);
    if (!old) {
      key++;
    }
    Chronicle.assertIntact(me("observer"), "full");
    chronicle.assertListed(me("observer"));
    List<String> all = chronicle.readable();
    chronicle.assertRestores(me("observer"), all.getLast());
    me("state").good(words);
    if (old) {
      erased(erased);
      Answer refused = ground.machine("state").with("--kms=" + key(key - 1)).ask("list");
      assertThat(refused.exit()).as("the old key").isEqualTo(12);
    } else {
      chronicle.gone(Set.of(erased));
    }
    Chronicle.assertIntact(me("observer"), "full");
    chronicle.assertListed(me("observer"));
  }
}
