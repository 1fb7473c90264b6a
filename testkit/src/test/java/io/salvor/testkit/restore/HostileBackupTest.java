package io.salvor.testkit.restore;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import io.salvor.engine.restore.RestoreStatus;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileBackupTest {
  @TempDir Path temp;
  private Path outside;
  private Path target;
  private final TreeMap<Key, EntryBuilder> entries = new TreeMap<>();

  @BeforeEach
  void places() throws Exception {
    outside = Files.createDirectory(temp.resolve("outside"));
    target = temp.resolve("in/target");
    put(EntryKind.DIRECTORY);
  }

  private EntryBuilder put(EntryKind kind, String... parts) {
    byte[][] raw = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      raw[i] = parts[i].getBytes(ISO_8859_1);
    }
    long me = 0;
    EntryBuilder entry =
        Entry.builder(kind)
            .mode(kind == EntryKind.DIRECTORY ? 0755 : 0644)
            .user(new Owner(me, null))
            .group(new Owner(me, null))
            .mtime(new PosixTime(1000, 0));
    entries.put(Key.of(raw), entry);
    return entry;
  }

  private Backup backup(World world) throws Exception {
    Source source =
        new Source() {
          @Override
          public String provider() {
            return "files";
          }

          @Override
          public String address() {
            return "/hostile";
          }

          @Override
          public List<byte[]> paths() {
            return List.of();
          }

          @Override
          public List<Warning> warnings() {
            return List.of();
          }

          @Override
          public void capture(Capture capture) throws IOException {
            for (var e : entries.entrySet()) {
              Entry entry = e.getValue().build();
              if (entry.kind() == EntryKind.FILE) {
                ContentSink sink = capture.content();
                sink.write(new byte[] {'e', 'v', 'i', 'l'}, 0, 4);
                ContentRef ref = sink.finish();
                entry = entry.toBuilder().content(4, ref).build();
              }
              capture.put(e.getKey(), entry);
            }
          }

          @Override
          public void close() {}
        };
    BackupRequest request = new BackupRequest(null, "host", "test", "", "", new TreeMap<>());
    return BackupRun.backup(world.repository, source, request, Progress.NONE).backup();
  }

  @Test
  void nothingIsWrittenOutsideAndTheRestIsRestored() throws Exception {
    put(EntryKind.DIRECTORY, "..");
    put(EntryKind.FILE, "..", "evil");
    put(EntryKind.DIRECTORY, ".");
    put(EntryKind.FILE, ".", "evil");
    put(EntryKind.FILE, "../evil");
    put(EntryKind.FILE, outside + "/evil");
    put(EntryKind.DIRECTORY, "a/b");
    put(EntryKind.FILE, "nul\0x");
    put(EntryKind.SYMLINK, "way out").target(outside.toString().getBytes(ISO_8859_1));
    put(EntryKind.FILE, "way out", "evil");
    put(EntryKind.DIRECTORY, "way out", "d");
    put(EntryKind.FILE, "way out", "d", "evil");
    put(EntryKind.FILE, "file");
    put(EntryKind.FILE, "file", "below a file");
    put(EntryKind.FILE, "good");
    try (World world = new World(temp)) {
      RestoreReport report = world.restore(backup(world), target);
      assertThat(report.worst()).isEqualTo(ErrorCode.TREE_DAMAGED);
      assertThat(outside).isEmptyDirectory();
      assertThat(temp.resolve("in/evil")).doesNotExist();
      assertThat(temp.resolve("evil")).doesNotExist();
      assertThat(target.resolve("good")).hasContent("evil");
      assertThat(target.resolve("file")).hasContent("evil");
      try (var names = Files.list(target)) {
        assertThat(names.map(p -> p.getFileName().toString()).toList())
            .containsExactlyInAnyOrder("file", "good", "way out");
      }
      // Once more over what is there, with everything allowed.
      world.restore(
          World.deleting(World.request(backup(world), ConflictStrategy.OVERWRITE)), target);
      assertThat(outside).isEmptyDirectory();
    }
  }

  /** As where a directory above a named path could not be read when the backup was made. */
  @Test
  void aFileInThePlaceOfADirectoryThatTheBackupHasNoEntryForIsNamed() throws Exception {
    put(EntryKind.FILE, "above", "in", "f");
    put(EntryKind.FILE, "good");
    Files.createDirectories(target);
    Files.writeString(target.resolve("above"), "mine");
    try (World world = new World(temp)) {
      RestoreReport report =
          world.restore(World.request(backup(world), ConflictStrategy.OVERWRITE), target);
      assertThat(report.status()).isEqualTo(RestoreStatus.PARTIAL);
      assertThat(report.problems())
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.key()).isEqualTo("above");
                assertThat(problem.code()).isEqualTo(ErrorCode.ENTRY_NOT_RESTORED);
                assertThat(problem.message()).contains("no directory");
              });
    }
    assertThat(target.resolve("above")).hasContent("mine");
    assertThat(target.resolve("good")).hasContent("evil");
  }

  @Test
  void directoriesSwappedForLinksMeanwhileLeadNowhere() throws Exception {
    for (int d = 0; d < 10; d++) {
      put(EntryKind.DIRECTORY, "d" + d);
      for (int i = 0; i < 30; i++) {
        put(EntryKind.FILE, "d" + d, "f" + i);
      }
    }
    AtomicBoolean ended = new AtomicBoolean();
    try (World world = new World(temp)) {
      Backup backup = backup(world);
      Files.createDirectories(target);
      Thread racer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    int d = 0;
                    while (!ended.get()) {
                      Path victim = target.resolve("d" + d++ % 10);
                      Path aside = temp.resolve("aside");
                      try {
                        Files.move(victim, aside, StandardCopyOption.ATOMIC_MOVE);
                        Files.createSymbolicLink(victim, outside);
                        Files.delete(victim);
                        Files.move(aside, victim, StandardCopyOption.ATOMIC_MOVE);
                      } catch (IOException e) {
                        // Not there yet, or the restore was quicker.
                      }
                    }
                  });
      try {
        for (int i = 0; i < 10; i++) {
          try {
            world.restore(World.request(backup, ConflictStrategy.OVERWRITE), target);
          } catch (SalvorException e) {
            // What is a link at that moment can neither be looked at nor kept.
            assertThat(e.code())
                .isIn(ErrorCode.TARGET_MOVED, ErrorCode.TARGET_UNUSABLE, ErrorCode.UNDO_IMPOSSIBLE);
          }
        }
      } finally {
        ended.set(true);
        racer.join();
      }
      assertThat(outside).isEmptyDirectory();
    }
  }
}
