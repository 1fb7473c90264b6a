package io.salvor.engine.verify;

import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Note;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.journal.Tail;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.OneObject;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Reads every small object from the storage itself, whatever this machine knows of its content from
 * before: checksum, encryption, signature, form. Key objects and packs have audits of their own.
 */
public final class ObjectAudit {
  private final Repository repository;
  private final Progress progress;
  private final TreeMap<ObjectName, String> damaged = new TreeMap<>();
  private final Set<String> unknown = new TreeSet<>();
  private final Map<ObjectId, byte[]> segments = new HashMap<>();
  private final Set<ObjectId> superseded = new HashSet<>();
  private long bytes;

  /** An audit of a repository. */
  public ObjectAudit(Repository repository, Progress progress) {
    this.repository = repository;
    this.progress = progress;
  }

  /** Reads them all. */
  public void run() throws IOException {
    TreeMap<ObjectName, ObjectKind> small = new TreeMap<>();
    repository
        .storage()
        .list(
            "",
            info -> {
              Optional<ObjectKind> kind = ObjectKind.of(info.name());
              if (kind.isEmpty()) {
                if (!info.name().equals(RepositoryDescription.NAME)) {
                  unknown.add(directory(info.name()));
                }
              } else if (isSmall(kind.get())) {
                small.put(info.name(), kind.get());
              }
            });
    for (Map.Entry<ObjectName, ObjectKind> object : small.entrySet()) {
      progress.checkCancelled();
      check(object.getKey(), object.getValue());
    }
  }

  /** What cannot be used, and why. */
  public Map<ObjectName, String> damaged() {
    return damaged;
  }

  /** Places of objects of no kind that this version knows. */
  Set<String> unknown() {
    return unknown;
  }

  /** The SHA-256 of every segment that can be used. */
  public Map<ObjectId, byte[]> segments() {
    return segments;
  }

  /** Segments for which others stand. */
  public Set<ObjectId> superseded() {
    return superseded;
  }

  /** Bytes read. */
  long bytes() {
    return bytes;
  }

  private void check(ObjectName name, ObjectKind kind) throws IOException {
    try {
      byte[] object = repository.storage().get(name);
      bytes += object.length;
      ObjectId id = kind.idIn(name).orElseThrow();
      byte[] message = repository.keys().openSmall(kind, id, object);
      switch (kind) {
        case INDEX_SEGMENT -> {
          superseded.addAll(IndexSegment.decode(message).superseded());
          segments.put(id, Sha256.of(object));
        }
        case MANIFEST -> ManifestCodec.decode(message);
        case LEDGER_ENTRY -> LedgerEntry.decode(message);
        case CONDEMNATION -> Condemnation.decode(message);
        case REVOCATION -> Revocation.decode(message);
        case FACT -> Note.decode(message);
        case JOURNAL_TAIL -> Tail.decode(message);
        case SESSION_OPEN -> SessionRecord.Open.decode(message);
        case CHECKPOINT ->
            ManifestCodec.decode(SessionRecord.Checkpoint.decode(message).manifest());
        default -> {}
      }
    } catch (NoSuchFileException e) {
      // Gone since it was listed: what must not go is missed by those who name it.
      return;
    } catch (MalformedException e) {
      damaged.put(name, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      damaged.put(name, OneObject.unreadable(e).orElseThrow(() -> e));
    } catch (SalvorException e) {
      if (e.code().isDamage() || e.code() == ErrorCode.FORMAT_NEWER) {
        damaged.put(name, e.why());
      } else {
        damaged.put(name, OneObject.unreadable(e).orElseThrow(() -> e));
      }
    }
  }

  private static boolean isSmall(ObjectKind kind) {
    return switch (kind) {
      case INDEX_SEGMENT,
          MANIFEST,
          LEDGER_ENTRY,
          SESSION_OPEN,
          CHECKPOINT,
          SESSION_END,
          REVOCATION,
          CONDEMNATION,
          FACT,
          JOURNAL_TAIL ->
          true;
      default -> false;
    };
  }

  private static String directory(ObjectName name) {
    int slash = name.value().indexOf('/');
    return slash < 0 ? name.value() : name.value().substring(0, slash + 1);
  }
}
