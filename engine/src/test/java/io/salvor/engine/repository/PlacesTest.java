package io.salvor.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport.Depth;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What this machine remembers is of a repository in a place. */
class PlacesTest {
  @TempDir Path temp;
  private TestRepository test;
  private final Warnings warnings = new Warnings();

  private static final class Warnings implements Progress {
    private final List<String> told = new ArrayList<>();

    @Override
    public void warn(String code, String key, String message) {
      told.add(code + " " + key + " " + message);
    }

    List<String> take() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }
  }

  @BeforeEach
  void makeRepository() throws Exception {
    test = new TestRepository(temp);
    backup("one");
  }

  @Test
  void aCopyThatLagsBehindIsNotTakenForOneThatWasPutBack() throws Exception {
    Path copy = temp.resolve("copy");
    copy(test.directory(), copy);
    backup("two");

    try (Repository repository = test.open(DirectoryStorage.open(copy), warnings)) {
      assertThat(repository.ledger().issues()).isEmpty();
      assertThat(verify(repository)).isTrue();
    }
    assertThat(warnings.take()).singleElement().asString().contains("SLV-1302", "repository");
    try (Repository repository = test.open(DirectoryStorage.open(copy), warnings)) {
      assertThat(verify(repository)).isTrue();
    }
    assertThat(warnings.take()).isEmpty();
  }

  @Test
  void whereACopyWasPutInThePlaceItIsMissedThere() throws Exception {
    Path copy = temp.resolve("copy");
    copy(test.directory(), copy);
    backup("two");
    Files.move(test.directory(), temp.resolve("away"));
    Files.move(copy, test.directory());

    try (Repository repository = test.open()) {
      assertThat(repository.ledger().issues()).hasSize(1);
    }
  }

  @Test
  void anotherRepositoryUnderTheSameAddressIsNoticed() throws Exception {
    TestRepository other = new TestRepository(Files.createDirectory(temp.resolve("other")));
    Files.move(test.directory(), temp.resolve("away"));
    Files.move(other.directory(), test.directory());

    test.open(DirectoryStorage.open(test.directory()), warnings).close();

    assertThat(warnings.take()).singleElement().asString().contains("SLV-1301");
    test.open(DirectoryStorage.open(test.directory()), warnings).close();
    assertThat(warnings.take()).isEmpty();
  }

  @Test
  void aMovedRepositoryIsNoticedAndWorks() throws Exception {
    Path moved = temp.resolve("moved");
    Files.move(test.directory(), moved);
    Path link = Files.createSymbolicLink(temp.resolve("link"), moved);

    test.open(DirectoryStorage.open(link), warnings).close();

    assertThat(warnings.take()).singleElement().asString().contains("SLV-1302", moved.toString());
    test.open(DirectoryStorage.open(moved), warnings).close();
    assertThat(warnings.take()).as("one place, however it is named").isEmpty();
  }

  @Test
  void whatIsRememberedOfPacksAndDamagedIsForgotten() throws Exception {
    ObjectId pack = new ObjectId(1, 2);
    try (Repository repository = test.open()) {
      Set<ObjectId> packs = packs(repository);
      repository.rememberVerified(packs);
      assertThat(repository.verifiedSince(Instant.EPOCH)).isEqualTo(packs);
    }
    List<Path> files;
    try (Stream<Path> all = Files.walk(temp.resolve("local"))) {
      files =
          all.filter(file -> file.getFileName().toString().startsWith("verified-packs-")).toList();
    }
    assertThat(files).hasSize(1);
    ByteBuffer damaged = ByteBuffer.allocate(24).putLong(1).putLong(2).putLong(Long.MAX_VALUE);
    Files.write(files.getFirst(), damaged.array());

    try (Repository repository = test.open()) {
      assertThat(repository.verifiedSince(Instant.EPOCH)).doesNotContain(pack).isEmpty();
      repository.rememberVerified(packs(repository));
      assertThat(repository.verifiedSince(Instant.EPOCH)).isEqualTo(packs(repository));
    }
  }

  private static Set<ObjectId> packs(Repository repository) {
    Set<ObjectId> packs = new HashSet<>();
    repository.index().packs(pack -> packs.add(pack.id()));
    return packs;
  }

  private static boolean verify(Repository repository) throws Exception {
    return Verification.run(repository, Depth.FULL, 1, Verification.all(), Progress.NONE).intact();
  }

  private void backup(String name) throws Exception {
    test.advance(60);
    try (Repository repository = test.open()) {
      BackupRun.backup(
          repository,
          new MapSource().put(name, new byte[10]),
          new BackupRequest(null, "host", "me", "", "", new TreeMap<>()),
          Progress.NONE);
    }
  }

  private static void copy(Path from, Path to) throws Exception {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }
}
