package io.salvor.testkit.reader;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupReport;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import io.salvor.provider.files.FilesProvider;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** A repository in a directory, and what happens to it: backups, breaks, and what is forgotten. */
final class History {
  static final byte[] PASSPHRASE = "secret".getBytes(StandardCharsets.UTF_8);

  /** Nothing is closed after it. */
  private static final class PowerFailure extends Error {
    private static final long serialVersionUID = 1;
  }

  private final Path temp;
  final Path directory;
  final SettableClock clock = new SettableClock(Instant.parse("2026-01-30T15:00:00Z"));
  final Machine machine;

  History(Path temp) throws IOException {
    this.temp = temp;
    directory = temp.resolve("repository");
    machine = new Machine(temp.resolve("local"), clock);
    try (Storage storage = DirectoryStorage.create(directory)) {
      machine.init(storage);
    }
  }

  Storage storage() throws IOException {
    return DirectoryStorage.open(directory);
  }

  /** Backs directories or files up. */
  BackupReport backup(Path... paths) throws Exception {
    clock.advance(Duration.ofMinutes(10));
    CaptureOptions options = new CaptureOptions(List.of(), List.of(), true, List.of(directory));
    List<String> names = List.of(paths).stream().map(Path::toString).toList();
    try (Source source = new FilesProvider().open(names, options)) {
      return machine.backup(storage(), source, null);
    }
  }

  /** A backup of another machine that dies after its first checkpoint. */
  void dieAfterACheckpoint(String address) throws Exception {
    MapSource source = new MapSource(address);
    for (int i = 0; i < 5; i++) {
      source.put("file " + i, noise(i, 1_000));
    }
    int[] entries = {0};
    source.beforeEach(
        () -> {
          clock.advance(Duration.ofSeconds(40));
          if (++entries[0] == 5) {
            throw new PowerFailure();
          }
        });
    try {
      new Machine(temp.resolve("other"), clock, "other").backup(storage(), source, null);
      throw new AssertionError("it has not died");
    } catch (PowerFailure e) {
      clock.advance(Duration.ofMinutes(1));
    }
  }

  List<Backup> list() throws Exception {
    return machine.list(storage());
  }

  RepositoryReader read() throws IOException {
    return RepositoryReader.open(directory, PASSPHRASE);
  }

  static byte[] noise(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A file with so many pieces of a page, with holes between them: a long list of extents. */
  static void sparse(Path file, int pieces) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] page = new byte[4096];
      for (int i = 0; i < pieces; i++) {
        System.arraycopy(noise(i, 64), 0, page, 0, 64);
        channel.write(ByteBuffer.wrap(page), i * 65_536L);
      }
      channel.write(ByteBuffer.wrap(new byte[] {1}), pieces * 65_536L);
    }
  }
}
