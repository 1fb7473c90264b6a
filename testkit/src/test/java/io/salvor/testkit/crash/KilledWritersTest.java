package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.verify.VerifyReport.Issue;
import io.salvor.engine.verify.VerifyReport.Severity;
import io.salvor.testkit.repository.Contents;
import io.salvor.testkit.repository.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes back up three sources into one directory at once, and are killed at random
 * moments, again and again. Two of them share their local state.
 */
class KilledWritersTest {
  private static final int WRITERS = 3;
  private static final boolean SAMPLE = Boolean.getBoolean("salvor.test.sample");

  @TempDir Path temp;
  private Path repository;

  /** Generation by backup id, of what the killed processes had acknowledged. */
  private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();

  private final AtomicInteger begunInVain = new AtomicInteger();

  @BeforeEach
  void makeRepository() throws IOException {
    repository = temp.resolve("repository");
    try (DirectoryStorage storage = DirectoryStorage.create(repository)) {
      machine(WRITERS).init(storage);
    }
  }

  @Test
  void whatWasAcknowledgedSurvivesThirtyKills() throws Exception {
    killAndCheck(30);
  }

  @Test
  @Tag("slow")
  void whatWasAcknowledgedSurvivesHundredsOfKills() throws Exception {
    killAndCheck(SAMPLE ? 90 : 300);
  }

  private void killAndCheck(int kills) throws Exception {
    AtomicInteger left = new AtomicInteger(kills);
    List<Future<?>> writers = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
      for (int writer = 0; writer < WRITERS; writer++) {
        int number = writer;
        writers.add(
            pool.submit(
                () -> {
                  Random random = new Random(number);
                  for (int life = 0; left.getAndDecrement() > 0; life++) {
                    live(number, life * 1000, random);
                  }
                  return null;
                }));
      }
    }
    for (Future<?> writer : writers) {
      writer.get();
    }
    System.out.printf(
        "%d kills: %d backups acknowledged, %d cut off%n",
        kills, acknowledged.size(), begunInVain.get());
    assertThat(acknowledged).hasSizeGreaterThan(kills / 3);
    assertThat(begunInVain.get()).as("backups that were cut off").isGreaterThan(kills / 4);
    check();
    for (int writer = 0; writer < WRITERS; writer++) {
      int generation = 999_000 + writer;
      Backup last =
          machine(writer)
              .backup(
                  DirectoryStorage.open(repository), WriterLoop.source(writer, generation), null)
              .backup();
      acknowledged.put(last.id().text(), generation);
    }
    check();
  }

  /** One process, from its start to its death. */
  private void live(int writer, int generation, Random random) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WriterLoop.class.getName(),
                repository.toString(),
                machine(writer).local().toString(),
                Integer.toString(writer),
                Integer.toString(generation))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // Not before the given line, and then at any moment of what follows it.
    int lines = 1 + random.nextInt(6);
    long delay = random.nextLong(150_000_000);
    boolean begun = false;
    int read = 0;
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = output.readLine()) != null; read++) {
        String[] words = line.split(" ", -1);
        begun = words[0].equals("began");
        if (words[0].equals("acknowledged") && words[words.length - 1].equals(".")) {
          acknowledged.put(words[2], Integer.parseInt(words[1]));
        }
        if (read + 1 == lines) {
          Thread.ofVirtual()
              .start(
                  () -> {
                    LockSupport.parkNanos(delay);
                    process.toHandle().destroyForcibly();
                  });
        }
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as("killed, not ended by itself").isEqualTo(137);
    begunInVain.addAndGet(begun ? 1 : 0);
  }

  /** A new machine finds everything that was acknowledged, and no damage. */
  private void check() throws Exception {
    try (Repository opened =
        machine(WRITERS + 1 + acknowledged.size()).open(DirectoryStorage.open(repository))) {
      Map<String, Backup> sealed = new HashMap<>();
      for (Backup backup : BackupList.read(opened).backups()) {
        if (backup.sealed()) {
          sealed.put(backup.id().text(), backup);
        }
      }
      assertThat(sealed).containsKeys(acknowledged.keySet().toArray(new String[0]));
      for (Map.Entry<String, Integer> one : acknowledged.entrySet()) {
        Backup backup = sealed.get(one.getKey());
        int writer = Integer.parseInt(backup.manifest().origin().source().substring(4));
        assertThat(Contents.of(opened, backup))
            .isEqualTo(WriterLoop.source(writer, one.getValue()).contents());
      }
      List<Issue> issues = Machine.verify(opened).issues();
      assertThat(issues).noneMatch(issue -> issue.severity() == Severity.DAMAGE);
    }
    // The machines that took part have no false alarm either.
    for (int writer = 0; writer < WRITERS; writer++) {
      assertThat(machine(writer).verify(DirectoryStorage.open(repository)).intact()).isTrue();
    }
  }

  private Machine machine(int number) {
    Path local = temp.resolve("local" + (number == 1 ? 0 : number));
    return new Machine(local, Clock.systemUTC(), "host" + number);
  }
}
