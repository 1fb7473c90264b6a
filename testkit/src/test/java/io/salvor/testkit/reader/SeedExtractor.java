package io.salvor.testkit.reader;

import io.salvor.engine.backup.BackupList;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.reader.Objects.Form;
import io.salvor.testkit.repository.DirectoryRestore;
import io.salvor.testkit.repository.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes the seeds of the fuzzed parsers from a golden repository: {@code SeedExtractor <directory
 * of corpora> <empty directory to work in>}. What is there already stays.
 */
final class SeedExtractor {
  private static final int MOST = 5;
  private static final int LONGEST = 6000;

  private final Path to;
  private final Objects objects;
  private final KeyRing keys;
  private final SmallObjects small;
  private final Set<String> seen = new HashSet<>();

  private SeedExtractor(Path to, Path repository) throws IOException {
    this.to = to;
    objects = new Objects(repository);
    keys = KeyRing.open(objects, History.PASSPHRASE, new Findings());
    small = new SmallObjects(objects, keys);
  }

  public static void main(String[] arguments) throws Exception {
    Path temp = Files.createDirectories(Path.of(arguments[1]));
    Path repository = GoldenRepository.HEALTHY.unpack(temp);
    SeedExtractor extractor = new SeedExtractor(Path.of(arguments[0]), repository);
    extractor.plain();
    extractor.sealed();
    extractor.trees();
    extractor.restores(temp, repository);
  }

  private void plain() throws IOException {
    keep("description", objects.read("salvor"));
    for (String name : objects.list(Form.CREDENTIAL)) {
      keep("key-object", objects.read(name));
      keep("credential", key(name, KeyObject.CREDENTIAL));
    }
    for (String name : objects.list(Form.EPOCH)) {
      keep("epoch", unsigned(key(name, KeyObject.EPOCH)));
    }
    for (String name : objects.list(Form.GRANT)) {
      byte[] message = unsigned(key(name, KeyObject.GRANT));
      keep("grant", message);
      Fields grant = Fields.parse(message);
      Credential credential = keys.credential;
      keep(
          "secrets",
          Hpke.open(
              credential.privateHalf(),
              grant.binary(1, 32),
              Suite.utf8("salvor/1 grant"),
              Bytes.join(credential.id().bytes(), Objects.id(name).bytes()),
              grant.binary(2)));
    }
  }

  private byte[] key(String name, int kind) throws IOException {
    return KeyObject.parse(objects.read(name), kind, Objects.id(name)).message();
  }

  private static byte[] unsigned(byte[] signed) {
    return Arrays.copyOfRange(signed, 96, signed.length);
  }

  private void sealed() throws IOException {
    messages("index-segment", Form.SEGMENT, 16);
    messages("manifest", Form.MANIFEST, 32);
    messages("session-open", Form.OPENING, 48);
    messages("checkpoint", Form.CHECKPOINT, 49);
    messages("revocation", Form.REVOCATION, 51);
    messages("condemnation", Form.CONDEMNATION, 64);
    messages("ledger-entry", Form.LEDGER, 80);
    messages("fact", Form.FACT, 96);
    for (String name : objects.list(Form.SEGMENT)) {
      byte[] message = small.open(name, 16).message();
      Bytes in = new Bytes(message);
      in.take(16 * in.u32());
      for (long n = in.u32(); n > 0; n--) {
        in.take(16 + 32 + 8 + 1);
        int left = in.left();
        PackListing.parse(in);
        int at = message.length - left;
        keep("pack-directory", Arrays.copyOfRange(message, at, message.length - in.left()));
      }
    }
  }

  private void messages(String target, Form form, int kind) throws IOException {
    for (String name : objects.list(form)) {
      byte[] message = small.open(name, kind).message();
      keep(target, message);
      if (kind != 16) {
        keep("cbor", message);
      }
    }
  }

  private void trees() throws IOException {
    Index index = Index.read(objects, keys, new Findings());
    for (String name : objects.list(Form.MANIFEST)) {
      Manifest manifest = Manifest.parse(small.open(name, 32).message());
      Blobs watching = watching(index);
      Tree.walk(
          watching,
          manifest.root(),
          (key, value) -> {
            keep("tree-key", key.encoded());
            Entry entry = Entry.parse(value);
            String kind =
                "entry-" + entry.kind() + (entry.list() == null) + (entry.names() != null);
            if (seen.add(kind)) {
              keep("entry", value);
            }
            byte[] inline = entry.content();
            if (inline != null) {
              keep("extents", inline);
            }
            Content.Root list = entry.list();
            if (list != null) {
              keep("content-node", index.tree(list.blob()));
            }
          });
    }
  }

  private Blobs watching(Index index) {
    return new Blobs() {
      @Override
      public byte[] data(Id blob, long length) throws IOException {
        return index.data(blob, length);
      }

      @Override
      public byte[] sensitive(Id blob, long length) throws IOException {
        return index.sensitive(blob, length);
      }

      @Override
      public byte[] tree(Id blob) throws IOException {
        byte[] bytes = index.tree(blob);
        keep("tree-node", bytes);
        keep("zstd", com.github.luben.zstd.Zstd.compress(bytes));
        return bytes;
      }
    };
  }

  /** A restore leaves its plan and its log in the local state. */
  private static void restore(Path temp, Path repository) throws Exception {
    Machine machine = new Machine(temp.resolve("local"), SettableClock.at("2026-03-01T12:00:00Z"));
    try (Repository opened = machine.open(DirectoryStorage.open(repository))) {
      DirectoryRestore.restore(
          opened,
          BackupList.read(opened).backups().getFirst(),
          ConflictStrategy.FAIL,
          temp.resolve("restored"));
    }
  }

  private void restores(Path temp, Path repository) throws Exception {
    restore(temp, repository);
    try (Stream<Path> files = Files.walk(temp.resolve("local"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".plan") || name.equals("plan")) {
          keep("plan", Files.readAllBytes(file));
        } else if (name.endsWith(".log") || name.equals("log")) {
          keep("restore-log", Files.readAllBytes(file));
        }
        System.out.println(file);
      }
    }
  }

  private void keep(String target, byte[] seed) throws IOException {
    Path directory = Files.createDirectories(to.resolve(target));
    if (seed.length == 0
        || seed.length > LONGEST
        || !seen.add(target + Id.of(Suite.sha256(seed)))) {
      return;
    }
    for (int i = 0; i < (target.equals("entry") ? 12 : MOST); i++) {
      Path file = directory.resolve("seed-" + i);
      if (!Files.exists(file)) {
        Files.write(file, seed);
        return;
      }
    }
  }
}
