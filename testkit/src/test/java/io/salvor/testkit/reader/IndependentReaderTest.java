package io.salvor.testkit.reader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.keys.Passphrase;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import io.salvor.testkit.files.NastyTree;
import io.salvor.testkit.files.TreeComparison;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine writes is what the page says: who knows the page alone reads it. */
class IndependentReaderTest {
  @TempDir Path temp;

  @AfterEach
  void removeWhatIsDeeperThanPathsCanBe() throws Exception {
    run("find", temp.toString(), "-mindepth", "1", "-delete");
  }

  @Test
  void everythingIsReadAsTheEngineReadsIt() throws Exception {
    History history = new History(temp);
    Path nasty = Files.createDirectory(temp.resolve("nasty"));
    NastyTree.make(nasty, 21);
    Path large = Files.createDirectory(temp.resolve("large"));
    Files.write(large.resolve("several chunks"), History.noise(1, 9_000_000));
    Files.write(large.resolve("many chunks"), new byte[80_000_000]);
    History.sparse(large.resolve("a tree of extents"), 700);
    history.backup(nasty);
    Path one = copy(large, "first");
    history.backup(large);
    Files.write(large.resolve("new"), History.noise(2, 900_000));
    Files.delete(large.resolve("several chunks"));
    BackupId forgotten = history.backup(large).backup().id();
    Files.writeString(large.resolve("several chunks"), "few chunks");
    Files.delete(large.resolve("new"));
    Path three = copy(large, "third");
    history.backup(large);
    history.dieAfterACheckpoint("map:other");
    compare(history, 5);

    history.machine.forget(history.storage(), forgotten);
    compare(history, 4);
    history.machine.prune(history.storage());
    RepositoryReader reader = compare(history, 4);
    assertThat(reader.condemnations()).as("what the prune has left").isNotEmpty();
    extract(reader, 1, large.getFileName().toString(), one);
    extract(reader, 2, large.getFileName().toString(), three);
  }

  @Test
  void aTreeOfNastyThingsIsExtractedAsItWas() throws Exception {
    History history = new History(temp);
    Path nasty = Files.createDirectory(temp.resolve("nasty"));
    NastyTree.makeShallow(nasty, 22);
    history.backup(nasty);
    extract(history.read(), 0, "", nasty);
  }

  @Test
  void severalPathsAndSingleFilesAreReadAsThePageSays() throws Exception {
    History history = new History(temp);
    Path a = Files.createDirectories(temp.resolve("in/a"));
    Path b = Files.createDirectories(temp.resolve("in/b"));
    Files.writeString(a.resolve("x"), "x");
    Files.writeString(b.resolve("y"), "y");
    history.backup(a, b);
    history.backup(a.resolve("x"));
    RepositoryReader reader = compare(history, 2);
    assertThat(paths(reader, 0))
        .as("with all that leads to them")
        .startsWith("", temp.getName(0).toString())
        .endsWith(
            of(temp) + "/in",
            of(temp) + "/in/a",
            of(temp) + "/in/a/x",
            of(temp) + "/in/b",
            of(temp) + "/in/b/y");
    assertThat(paths(reader, 1)).as("and no root").containsExactly("x");
  }

  @Test
  void sensitiveContentIsReadByWhomItWasGranted() throws Exception {
    History history = new History(temp);
    MapSource source =
        new MapSource()
            .put("a.env", History.noise(1, 400_000))
            .put("list.env", History.noise(2, 40_000))
            .put("plain", History.noise(2, 40_000))
            .sensitive("*.env")
            .blocks(1_000);
    history.machine.backup(history.storage(), source, null);
    RepositoryReader reader = compare(history, 1);
    List<Boolean> sensitive = new ArrayList<>();
    reader.entries(reader.backups().getFirst(), (_, entry) -> sensitive.add(entry.sensitive()));
    assertThat(sensitive).containsExactly(true, true, false);
  }

  @Test
  void whatAnEarlierAuthorityHasSignedIsReadByItsSuccessorsCensus() throws Exception {
    History history = new History(temp);
    MapSource source = new MapSource().put("a", History.noise(1, 4_000));
    history.machine.backup(history.storage(), source, null);
    byte[] next = {'n', 'e', 'w'};
    try (Repository repository = history.machine.open(history.storage());
        Passphrase passphrase = Passphrase.of(next.clone())) {
      repository.succeedAuthority(
          passphrase, "new", new Argon2id(64, 1, 1), "tester", Progress.NONE);
    }
    try (Repository repository = history.machine.open(history.storage(), "new")) {
      history.clock.advance(Duration.ofMinutes(1));
      history.machine.backup(repository, source.put("b", History.noise(2, 4_000)), null);
      RepositoryReader reader = RepositoryReader.open(history.directory, next);
      reader.checkPacks();
      assertThat(reader.findings()).isEmpty();
      List<io.salvor.engine.backup.Backup> expected = BackupList.read(repository).backups();
      assertThat(expected).hasSize(2);
      for (int i = 0; i < 2; i++) {
        assertThat(contents(reader, reader.backups().get(i)))
            .containsExactlyEntriesOf(contents(repository, expected.get(i)));
      }
    }
  }

  @Test
  void factsAreReadAsTheyWereWritten() throws Exception {
    History history = new History(temp);
    Path file = Files.writeString(temp.resolve("file"), "x");
    BackupId backup = history.backup(file).backup().id();
    try (Repository repository = history.machine.open(history.storage())) {
      var hold = Facts.add(repository, new Fact.Hold(backup, "audit"), "alice");
      Facts.add(repository, new Fact.Release(backup, hold.id(), "done"), "bob");
      Facts.add(repository, new Fact.Tag(backup, new TreeMap<>(Map.of("k", "v"))), "carol");
    }
    RepositoryReader reader = compare(history, 1);
    assertThat(reader.facts().stream().map(f -> f.author() + " " + f.type() + f.labels()))
        .containsExactlyInAnyOrder("alice hold{}", "bob release{}", "carol tag{k=v}");
    assertThat(reader.facts()).allMatch(f -> f.backups().equals(List.of(backup.text())));
  }

  @Test
  void aBackupWhoseLedgerEntryIsLostIsListedAndTheLossIsFound() throws Exception {
    History history = new History(temp);
    history.backup(Files.writeString(temp.resolve("file"), "x"));
    List<Path> before = ledger(history);
    history.backup(Files.writeString(temp.resolve("file"), "y"));
    List<Path> after = ledger(history);
    after.removeAll(before);
    for (Path entry : after) {
      Files.delete(entry);
    }
    Machine stranger = new Machine(temp.resolve("stranger"), history.clock);
    assertThat(history.read().backups()).hasSize(2);
    assertThat(stranger.list(history.storage())).hasSize(2);
    assertThat(history.read().findings())
        .as("the session has ended, so there was an entry")
        .singleElement()
        .asString()
        .startsWith("ledger");
    assertThat(stranger.verify(history.storage()).intact()).isFalse();
  }

  private static List<Path> ledger(History history) throws IOException {
    try (Stream<Path> entries = Files.list(history.directory.resolve("ledger"))) {
      return new ArrayList<>(entries.toList());
    }
  }

  @Test
  void anotherPassphraseOpensNothing() throws Exception {
    History history = new History(temp);
    assertThatThrownBy(() -> RepositoryReader.open(history.directory, new byte[] {1}))
        .isInstanceOf(DamageException.class)
        .hasMessageContaining("passphrase");
  }

  /** Both have the same list, and the same in each backup of it. */
  private static RepositoryReader compare(History history, int backups) throws Exception {
    RepositoryReader reader = history.read();
    reader.checkPacks();
    assertThat(reader.findings()).isEmpty();
    List<io.salvor.engine.backup.Backup> expected = history.list();
    assertThat(expected).hasSize(backups);
    assertThat(reader.backups().stream().map(b -> b.manifest().id()))
        .containsExactlyElementsOf(expected.stream().map(b -> b.id().text()).toList());
    try (Repository repository = history.machine.open(history.storage())) {
      for (int i = 0; i < backups; i++) {
        Backup backup = reader.backups().get(i);
        assertThat(backup.manifest().checksum().hex()).isEqualTo(expected.get(i).checksum());
        assertThat(backup.isInterrupted()).isNotEqualTo(expected.get(i).sealed());
        assertThat(contents(reader, backup))
            .containsExactlyEntriesOf(contents(repository, expected.get(i)));
      }
    }
    return reader;
  }

  /** Entries by key, each with a digest of its extents and of what is in them. */
  private static SortedMap<String, String> contents(RepositoryReader reader, Backup backup)
      throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    reader.entries(
        backup,
        (key, entry) -> {
          MessageDigest digest = Suite.newSha256();
          for (Extent extent : reader.extents(entry)) {
            digest.update(Bytes.bigEndian(extent.length(), 8));
            digest.update(extent.isHole() ? new byte[0] : reader.data(entry, extent));
          }
          add(contents, key.parts(), entry.size(), digest);
        });
    return contents;
  }

  private static List<String> paths(RepositoryReader reader, int number) throws IOException {
    List<String> paths = new ArrayList<>();
    reader.entries(
        reader.backups().get(number),
        (key, _) -> paths.add(String.join("/", key.parts().stream().map(String::new).toList())));
    return paths;
  }

  private static String of(Path absolute) {
    return absolute.toString().substring(1);
  }

  /** The same by the engine. */
  private static SortedMap<String, String> contents(
      Repository repository, io.salvor.engine.backup.Backup backup) throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    TreeCursor cursor = repository.tree(backup.manifest().root()).all();
    for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
      var entry = EntryCodec.decode(item.key(), item.value());
      ContentReader extents = new ContentReader(repository.blobs(), entry.content(), entry.size());
      MessageDigest digest = Suite.newSha256();
      for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
        digest.update(Bytes.bigEndian(p.extent().length(), 8));
        if (p.extent() instanceof io.salvor.engine.content.Extent.Data data) {
          digest.update(repository.blobs().get(data.kind(), data.id()));
        }
      }
      add(contents, item.key().parts(), entry.size(), digest);
    }
    return contents;
  }

  private static void add(
      SortedMap<String, String> contents, List<byte[]> key, long size, MessageDigest digest) {
    HexFormat hex = HexFormat.of();
    contents.put(
        String.join("/", key.stream().map(hex::formatHex).toList()),
        size + ":" + hex.formatHex(digest.digest()));
  }

  /** Takes a backup out, and finds below {@code within} what is expected. */
  private void extract(RepositoryReader reader, int number, String within, Path expected)
      throws Exception {
    Path archive = temp.resolve("extracted-" + number + ".tar");
    Path extracted = Files.createDirectory(temp.resolve("extracted-" + number));
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
      Extraction.extract(reader, reader.backups().get(number), out);
    }
    run(
        "tar",
        "--extract",
        "--preserve-permissions",
        "--numeric-owner",
        "--same-owner",
        "--xattrs",
        "--xattrs-include=*",
        "--file=" + archive,
        "--directory=" + extracted);
    Path place =
        Files.isDirectory(extracted.resolve(within)) ? extracted.resolve(within) : extracted;
    assertThat(TreeComparison.byWalking(expected, place))
        .as("tar does not know sockets")
        .allMatch(difference -> difference.equals("missing special/socket"));
  }

  private Path copy(Path tree, String name) throws Exception {
    run("cp", "-a", "--sparse=auto", tree.toString(), temp.resolve(name).toString());
    return temp.resolve(name);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
