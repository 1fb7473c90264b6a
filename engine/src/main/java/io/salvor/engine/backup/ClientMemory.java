package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSink;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.LeafCursor;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeDamage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a write-only client remembers of its last backup of a source, for it cannot read that: the
 * manifest, and the lowest nodes of the tree with the values beside them, sealed under a key of the
 * client's own. Names, sizes and times of the source are in it, and no content. It is a help and
 * nothing else: what is lost, damaged, another client's or of a backup that is gone counts as
 * nothing, and the source is read whole.
 */
final class ClientMemory {
  private static final String DIRECTORY = "client";
  private static final int LARGEST_LEVEL = 32;

  private final Repository repository;
  private final String name;

  private ClientMemory(Repository repository, String name) {
    this.repository = repository;
    this.name = name;
  }

  /** That of the client that has opened the repository; empty if it is none. */
  static Optional<ClientMemory> of(Repository repository, String source) {
    KeyRing.@Nullable Writer self = repository.keys().self();
    if (self == null) {
      return Optional.empty();
    }
    String of = self.id() + "\n" + repository.storage().place() + "\n" + source;
    byte[] hash = Sha256.of(of.getBytes(StandardCharsets.UTF_8));
    return Optional.of(
        new ClientMemory(repository, HexFormat.of().formatHex(hash, 0, ObjectId.SIZE)));
  }

  private LocalDirectory directory() {
    return repository.local().state(repository.id().toString()).directory(DIRECTORY);
  }

  /** The backup that is remembered, if it exists and is there. */
  Optional<Backup> backup() throws IOException {
    try (SealedRecords.Reader reader = open()) {
      if (reader == null) {
        return Optional.empty();
      }
      byte[] last = reader.last();
      int split = last[0] & 0xff;
      ObjectName object = new ObjectName(new String(last, 1, split, StandardCharsets.US_ASCII));
      byte[] message = Arrays.copyOfRange(last, 1 + split, last.length);
      if (!repository.ledger().existing().containsKey(object.value())
          || repository.storage().find(object).isEmpty()) {
        return Optional.empty();
      }
      Manifest manifest = ManifestCodec.decode(message);
      return Optional.of(new Backup(manifest, BackupList.checksum(message), object, true));
    } catch (MalformedException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private SealedRecords.@Nullable Reader open() {
    try {
      return directory()
          .find(name)
          .flatMap(path -> SealedRecords.open(path, repository.keys()))
          .orElse(null);
    } catch (SalvorException e) {
      return null;
    }
  }

  /** The entries of the backup that is remembered; ends early where it is damaged. */
  TreeCursor entries() {
    SealedRecords.@Nullable Reader reader = open();
    Leaves leaves = new Leaves(reader);
    return new LeafCursor(leaves, leaves);
  }

  /** Begins to remember a backup that is being made. */
  Draft begin() {
    return new Draft(directory().draft());
  }

  /** What has been noted of a backup that is not acknowledged yet. */
  final class Draft implements AutoCloseable {
    private final LocalDraft file;
    private final SealedRecords.Writer records;
    private @Nullable IOException failure;

    Draft(LocalDraft file) {
      this.file = file;
      this.records =
          new SealedRecords.Writer(file.channel(), repository.keys(), repository.random());
    }

    /** Takes a note of the blobs of a tree that go to {@code sink}. */
    BlobSink noting(BlobSink sink) {
      return (kind, bytes, offset, length) -> {
        BlobId id = sink.put(kind, bytes, offset, length);
        int first = bytes[offset] & 0xff;
        // Nodes begin with their level, values of entries with what no level is.
        if (first == 0 || first > LARGEST_LEVEL) {
          note(first == 0 ? null : id, bytes, offset, length);
        }
        return id;
      };
    }

    /** A local disk that is full is no reason to back nothing up. */
    private void note(@Nullable BlobId id, byte[] bytes, int offset, int length) {
      try {
        if (failure == null) {
          records.add(id, bytes, offset, length);
        }
      } catch (IOException e) {
        failure = e;
      }
    }

    /** The backup was acknowledged: from now on it is what is remembered. */
    void publish(Backup backup) throws IOException {
      if (failure != null) {
        throw failure;
      }
      byte[] object = backup.object().value().getBytes(StandardCharsets.US_ASCII);
      byte[] message = ManifestCodec.encode(backup.manifest());
      byte[] last = new byte[1 + object.length + message.length];
      last[0] = (byte) object.length;
      System.arraycopy(object, 0, last, 1, object.length);
      System.arraycopy(message, 0, last, 1 + object.length, message.length);
      records.finish(last);
      file.publish(name);
    }

    @Override
    public void close() {
      file.close();
    }
  }

  /** Nodes in their order; of the values those that were noted before the node at hand. */
  static final class Leaves implements LeafCursor.Leaves, BlobSource {
    private final SealedRecords.@Nullable Reader reader;
    private final Map<BlobId, SealedRecords.Place> values = new HashMap<>();

    Leaves(SealedRecords.@Nullable Reader reader) {
      this.reader = reader;
    }

    @Override
    public byte @Nullable [] next() throws IOException {
      values.clear();
      while (reader != null) {
        SealedRecords.@Nullable Found found = reader.next();
        if (found == null) {
          reader.close();
          return null;
        }
        @Nullable BlobId id = found.id();
        if (id == null) {
          return found.bytes();
        }
        values.put(id, found.place());
      }
      return null;
    }

    @Override
    public byte[] get(BlobKind kind, BlobId id) throws IOException {
      SealedRecords.@Nullable Place place = values.get(id);
      if (reader == null || place == null) {
        throw TreeDamage.of(id, "It is not remembered");
      }
      return reader.get(place);
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return values.containsKey(id);
    }
  }
}
