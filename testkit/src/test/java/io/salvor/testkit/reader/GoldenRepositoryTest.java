package io.salvor.testkit.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.verify.VerifyReport;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.DirectoryRestore;
import io.salvor.testkit.repository.Machine;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Repositories that were made long ago are read as they were written, also when damaged. */
class GoldenRepositoryTest {
  @TempDir Path temp;

  @Test
  void theReaderFindsWhatWasWritten() throws Exception {
    RepositoryReader reader = read(GoldenRepository.HEALTHY);
    reader.checkPacks();
    assertThat(reader.findings()).isEmpty();
    assertThat(GoldenGenerator.contents(reader)).containsExactlyElementsOf(expected());
    assertThat(reader.facts().stream().map(Fact::type)).contains("hold");
    assertThat(reader.condemnations()).isNotEmpty();
    assertThat(reader.backups().stream().filter(Backup::isInterrupted)).hasSize(1);
  }

  @Test
  void theEngineListsVerifiesAndRestoresWhatWasWritten() throws Exception {
    try (Repository repository = open(GoldenRepository.HEALTHY)) {
      assertThat(Machine.verify(repository).issues()).isEmpty();
      var backups = BackupList.read(repository).backups();
      assertThat(backups.stream().map(b -> b.id().text()).toList())
          .isEqualTo(expected().stream().map(GoldenRepositoryTest::backup).distinct().toList());
      for (var backup : backups.stream().filter(b -> b.sealed()).toList()) {
        Path restored = temp.resolve(backup.id().text());
        var report = DirectoryRestore.restore(repository, backup, ConflictStrategy.FAIL, restored);
        assertThat(report.problems()).isEmpty();
        hold(backup.id().text(), restored);
      }
    }
  }

  @Test
  void aFlippedByteIsFound() throws Exception {
    RepositoryReader reader = read(GoldenRepository.FLIPPED_BYTE);
    assertThat(reader.findings()).isEmpty();
    reader.checkPacks();
    assertThat(reader.findings()).singleElement().asString().startsWith("packs/");
    found("packs/", 1);
  }

  @Test
  void aLostSegmentIsFound() throws Exception {
    assertThat(read(GoldenRepository.LOST_SEGMENT).findings())
        .isNotEmpty()
        .allMatch(finding -> finding.startsWith("index/"));
    found("index/", 1);
  }

  @Test
  void aLostManifestIsFound() throws Exception {
    assertThat(read(GoldenRepository.LOST_MANIFEST).findings())
        .singleElement()
        .asString()
        .startsWith("backups/");
    found("backups/", 1);
  }

  /** The engine finds it as well, and what it touches. */
  private void found(String object, int least) throws Exception {
    try (Repository repository = reopen()) {
      VerifyReport report = Machine.verify(repository);
      assertThat(report.intact()).isFalse();
      assertThat(report.issues().stream().filter(i -> i.object().startsWith(object)))
          .as("%s", report.issues())
          .hasSizeGreaterThanOrEqualTo(least);
    }
  }

  /** Each file of a backup has come back as it was. */
  private static void hold(String backup, Path restored) throws Exception {
    List<String> lines = expected().stream().filter(line -> backup(line).equals(backup)).toList();
    assertThat(lines).isNotEmpty();
    for (String line : lines) {
      String[] words = line.split("\t");
      Path path = restored.resolve(words[1]);
      switch (words[2]) {
        case "DIRECTORY" ->
            assertThat(Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).as(line).isTrue();
        case "LINK" -> assertThat(Files.isSymbolicLink(path)).as(line).isTrue();
        default ->
            assertThat(Id.of(Suite.sha256(Files.readAllBytes(path))).hex())
                .as(line)
                .isEqualTo(words[4]);
      }
    }
    try (Stream<Path> files = Files.walk(restored)) {
      assertThat(files.count()).isEqualTo(lines.size());
    }
  }

  private static String backup(String line) {
    return line.substring(0, line.indexOf('\t'));
  }

  private static List<String> expected() throws Exception {
    try (InputStream in = GoldenRepository.resource("contents.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private RepositoryReader read(GoldenRepository golden) throws Exception {
    return RepositoryReader.open(golden.unpack(temp), History.PASSPHRASE);
  }

  private Repository open(GoldenRepository golden) throws Exception {
    golden.unpack(temp);
    return reopen();
  }

  private Repository reopen() throws Exception {
    Machine machine = new Machine(temp.resolve("local"), SettableClock.at("2026-03-01T12:00:00Z"));
    return machine.open(DirectoryStorage.open(temp.resolve("repository")));
  }
}
