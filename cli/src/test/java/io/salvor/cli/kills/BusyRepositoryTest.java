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
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Three writers, a pruner that forgets, a verifier, and somebody who copies and rotates keys, each
 * in a process with local state of its own, on one directory at once: nothing that was acknowledged
 * is lost, nobody raises a false alarm, and what is forgotten gives its room back.
 */
class BusyRepositoryTest {
  private static final int WRITERS = 3;
  private static final int KEPT = 4;

  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Ground ground;
  private Chronicle chronicle;
  private final AtomicBoolean over = new AtomicBoolean();
  private final Map<String, Integer> done = new ConcurrentHashMap<>();
  private final List<Long> sizes = new ArrayList<>();

  @Test
  @Tag("slow")
  void tenMinutesOfEverybodyAtOnceLoseNothing() throws Exception {
    boolean sample = Boolean.getBoolean("salvor.test.sample");
    everybody(Duration.ofSeconds(Integer.getInteger("salvor.test.seconds", sample ? 60 : 600)));
  }

  private void everybody(Duration span) throws Exception {
    ground = new Ground(temp);
    chronicle = new Chronicle(temp);
    ground.init();
    long end = System.nanoTime() + span.toNanos();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        all.add(
            pool.submit(
                () -> live("writer" + number, end, (p, who, r) -> write(p, who, number, r))));
      }
      all.add(pool.submit(() -> live("pruner", end, this::forgetAndPrune)));
      all.add(pool.submit(() -> live("verifier", end, this::verify)));
      all.add(pool.submit(() -> live("keeper", end, this::keep)));
    }
    for (Future<?> one : all) {
      one.get();
    }
    judge(span);
  }

  /** What one of them does again and again. */
  private interface Turn {
    void take(CommandProcess process, Asker who, Random random) throws IOException;
  }

  private Void live(String name, long end, Turn turn) throws IOException {
    Random random = new Random(name.hashCode());
    Asker who = ground.machine(name);
    try (CommandProcess process = new CommandProcess()) {
      while (System.nanoTime() < end && !over.get()) {
        turn.take(process, who, random);
      }
      return null;
    } catch (AssertionError | IOException | RuntimeException e) {
      over.set(true);
      throw new AssertionError(name + ": " + e.getMessage(), e);
    }
  }

  private Answer run(CommandProcess process, Asker who, Set<Integer> good, String... words)
      throws IOException {
    Answer answer = process.run(ground.asked(who, words));
    assertThat(answer.exit())
        .as("%s: %s %s", List.of(words), answer.err(), answer.out())
        .isIn(good);
    done.merge(words[0] + (words[0].equals("key") ? " " + words[1] : ""), 1, Integer::sum);
    return answer;
  }

  private void write(CommandProcess process, Asker who, int number, Random random)
      throws IOException {
    ground.change(number, random);
    SortedMap<String, String> contents = new TreeMap<>(Trees.digest(ground.source(number)));
    Answer answer = run(process, who, Set.of(0), "backup", ground.source(number).toString());
    chronicle.acknowledge(answer.json().get("id").asString(), contents);
  }

  private void forgetAndPrune(CommandProcess process, Asker who, Random random) throws IOException {
    JsonNode plan = run(process, who, Set.of(0), "forget", "--keep-last=" + KEPT).json();
    Set<String> gone = new TreeSet<>();
    for (JsonNode backup : plan.get("backups")) {
      if (!backup.get("keep").asBoolean()) {
        gone.add(backup.get("id").asString());
      }
    }
    chronicle.gone(gone);
    // 3: it has condemned, and the next one goes on when the writers of before have ended.
    run(
        process,
        who,
        Set.of(0, 3),
        "prune",
        "--wait=" + random.nextInt(1, 6) + "s",
        "--max-unused=10%");
    synchronized (sizes) {
      sizes.add(Trees.size(ground.repository()));
    }
  }

  private void verify(CommandProcess process, Asker who, Random random) throws IOException {
    String depth = List.of("structure", "sample", "full").get(random.nextInt(3));
    Answer answer = run(process, who, Set.of(0), "verify", "--depth=" + depth);
    assertThat(answer.json().get("status").asString()).isEqualTo("intact");
  }

  private void keep(CommandProcess process, Asker who, Random random) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> run(process, who, Set.of(0), "key", "rotate", "--reencrypt");
      case 1 -> run(process, who, Set.of(0), "key", "rotate");
      default -> run(process, who, Set.of(0), "copy", "--to=" + ground.copy(), "--init");
    }
    for (int i = 0; i < 3; i++) {
      run(process, who, Set.of(0), "list");
    }
  }

  private void judge(Duration span) throws IOException {
    Asker stranger = ground.stranger();
    chronicle.assertListed(stranger);
    Chronicle.assertIntact(stranger, "full");
    for (String name : List.of("writer0", "writer1", "writer2", "pruner", "verifier", "keeper")) {
      Chronicle.assertIntact(ground.machine(name), "structure");
    }
    int restored = chronicle.assertAllRestore(stranger);
    stranger.good("copy", "--to=" + ground.copy(), "--init");
    Asker copy = stranger.with("--repo=" + ground.copy());
    Chronicle.assertIntact(copy, "full");
    restored += chronicle.assertAllRestore(copy);
    long largest = sizes.stream().mapToLong(n -> n).max().orElse(0);
    long middle = sizes.stream().limit(sizes.size() / 2).mapToLong(n -> n).max().orElse(0);
    System.out.printf(
        "%d s: %s; %d backups acknowledged, %d forgotten, %d restored and compared; after prunes at"
            + " most %d MB in the first half, %d MB in all, %d MB at the end%n",
        span.toSeconds(),
        new TreeMap<>(done),
        chronicle.count(),
        chronicle.forgottenCount(),
        restored,
        middle >> 20,
        largest >> 20,
        sizes.getLast() >> 20);
    assertThat(chronicle.count()).isGreaterThan((int) span.toSeconds() / 10);
    assertThat(largest).as("room after prunes: %s", sizes).isLessThan(2 * middle + (64 << 20));
  }
}
