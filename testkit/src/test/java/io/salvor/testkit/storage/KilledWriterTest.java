package io.salvor.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that commits and deletes, again and again, in the same directory. */
class KilledWriterTest {
  @TempDir Path temporary;
  private Path directory;

  /** What the killed processes said last of each object. */
  private final Map<ObjectName, String> said = new HashMap<>();

  @BeforeEach
  void create() throws IOException {
    directory = temporary.resolve("repository");
    DirectoryStorage.create(directory).close();
  }

  @Test
  void whatWasAcknowledgedSurvivesTheKillingOfItsWriter() throws Exception {
    killAndCheck(8);
  }

  @Test
  @Tag("slow")
  void whatWasAcknowledgedSurvivesAHundredKills() throws Exception {
    killAndCheck(100);
  }

  private void killAndCheck(int rounds) throws Exception {
    Random random = new Random(rounds);
    int unfinished = 0;
    for (int round = 0; round < rounds; round++) {
      killAfter(random.nextInt(300), round);
      unfinished += temporaries();
      check();
    }
    assertThat(said).hasSizeGreaterThan(rounds);
    assertThat(unfinished).as("unfinished objects, or nothing was interrupted").isPositive();
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      storage.put(new ObjectName("salvor"), new byte[1]);
    }
    assertThat(temporaries()).as("left in tmp by dead writers").isZero();
  }

  private void killAfter(int lines, long seed) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CommitLoop.class.getName(),
                directory.toString(),
                Long.toString(seed))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int read = 0;
      for (String line; (line = output.readLine()) != null; read++) {
        String[] words = line.split(" ", -1);
        if (words.length == 3 && words[2].equals(".")) {
          said.put(new ObjectName(words[1]), words[0]);
        }
        if (read == lines) {
          // By its handle: the process itself would close the stream that is being read.
          process.toHandle().destroyForcibly();
        }
      }
      assertThat(read).as("lines, or the writer ended by itself").isGreaterThan(lines);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private void check() throws IOException {
    try (DirectoryStorage storage = DirectoryStorage.open(directory)) {
      Set<ObjectName> listed = new HashSet<>();
      storage.list("", object -> listed.add(object.name()));
      for (ObjectName name : listed) {
        assertThat(storage.get(name)).isEqualTo(CommitLoop.content(name));
      }
      said.forEach(
          (name, last) -> {
            switch (last) {
              case "put" -> assertThat(listed).contains(name);
              case "deleted" -> assertThat(listed).doesNotContain(name);
              default -> assertThat(last).isEqualTo("deleting");
            }
          });
    }
  }

  private int temporaries() throws IOException {
    Path tmp = directory.resolve("tmp");
    if (Files.notExists(tmp)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(tmp)) {
      return (int) files.count();
    }
  }
}
