package io.salvor.engine.fact;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.crypto.ObjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a note says. */
public sealed interface Fact {

  /** The backups that it is about. */
  List<BackupId> backups();

  /** One word for people, and for the ledger's label. */
  String word();

  /** Nobody forgets the backup until the hold is released. */
  record Hold(BackupId backup, String reason) implements Fact {
    @Override
    public List<BackupId> backups() {
      return List.of(backup);
    }

    @Override
    public String word() {
      return "hold";
    }
  }

  /**
   * A hold is over.
   *
   * @param hold the id of the hold's note
   */
  record Release(BackupId backup, ObjectId hold, String reason) implements Fact {
    @Override
    public List<BackupId> backups() {
      return List.of(backup);
    }

    @Override
    public String word() {
      return "release";
    }
  }

  /** Labels given to a backup after it was sealed; an empty value takes one away. */
  record Tag(BackupId backup, SortedMap<String, String> tags) implements Fact {
    public Tag {
      tags = new TreeMap<>(tags);
    }

    @Override
    public List<BackupId> backups() {
      return List.of(backup);
    }

    @Override
    public String word() {
      return "tag";
    }
  }

  /**
   * A verification has ended.
   *
   * @param backups those that it found in order
   * @param packs those of which it read every byte and found them in order
   * @param depth what it looked at
   * @param intact whether nothing at all was damaged
   * @param blobs blobs that were looked at
   * @param bytes bytes that were read
   */
  record Verified(
      List<BackupId> backups,
      List<ObjectId> packs,
      Depth depth,
      boolean intact,
      Duration took,
      long blobs,
      long bytes)
      implements Fact {
    /** How far a verification went. */
    public enum Depth {
      STRUCTURE,
      SAMPLE,
      FULL
    }

    public Verified {
      backups = List.copyOf(backups);
      packs = List.copyOf(packs);
    }

    @Override
    public String word() {
      return "verified";
    }
  }

  /**
   * The whole of a backup was restored.
   *
   * @param target the kind of the target, as providers are named
   * @param entries entries that came to be as in the backup
   * @param bytes bytes of content written or found in place
   * @param checked how what was written was verified
   */
  record Restored(
      BackupId backup, String target, Duration took, long entries, long bytes, String checked)
      implements Fact {
    @Override
    public List<BackupId> backups() {
      return List.of(backup);
    }

    @Override
    public String word() {
      return "restored";
    }
  }

  /**
   * Backups were deleted: the evidence.
   *
   * @param by the rules or the person's words that chose them
   */
  record Forgotten(List<Deletion> deletions, String by) implements Fact {
    public Forgotten {
      deletions = List.copyOf(deletions);
    }

    /**
     * One of them.
     *
     * @param source what it was a backup of
     * @param started when it was begun
     * @param checksum the SHA-256 of its manifest's canonical form
     * @param reason why it went
     */
    public record Deletion(
        BackupId backup,
        String source,
        String host,
        Instant started,
        byte[] checksum,
        String reason) {}

    @Override
    public List<BackupId> backups() {
      return deletions.stream().map(Deletion::backup).toList();
    }

    @Override
    public String word() {
      return "forgotten";
    }
  }

  /**
   * Backups were erased: the keys that opened them were destroyed.
   *
   * @param keys references of the keys
   * @param copies addresses of copies that had been brought up to date
   */
  record Erased(List<BackupId> backups, List<String> keys, List<String> copies) implements Fact {
    public Erased {
      backups = List.copyOf(backups);
      keys = List.copyOf(keys);
      copies = List.copyOf(copies);
    }

    @Override
    public String word() {
      return "erased";
    }
  }

  /**
   * Credentials were withdrawn, or are about to be, in a repository whose backups can be erased.
   *
   * @param keys what each was behind: the reference of a key of a key service, or empty for one
   *     that opens no epoch
   */
  record Withdrawn(SortedMap<ObjectId, String> keys) implements Fact {
    public Withdrawn {
      keys = new TreeMap<>(keys);
    }

    @Override
    public List<BackupId> backups() {
      return List.of();
    }

    @Override
    public String word() {
      return "withdrawn";
    }
  }

  /**
   * A note of a type that this version does not know.
   *
   * @param type its number
   */
  record Unknown(long type, List<BackupId> backups) implements Fact {
    public Unknown {
      backups = List.copyOf(backups);
    }

    @Override
    public String word() {
      return "type " + type;
    }
  }

  /** The only backup that it is about, or null. */
  default @Nullable BackupId only() {
    return backups().size() == 1 ? backups().getFirst() : null;
  }
}
