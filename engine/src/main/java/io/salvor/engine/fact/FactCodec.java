package io.salvor.engine.fact;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.fact.Fact.Erased;
import io.salvor.engine.fact.Fact.Forgotten;
import io.salvor.engine.fact.Fact.Forgotten.Deletion;
import io.salvor.engine.fact.Fact.Hold;
import io.salvor.engine.fact.Fact.Release;
import io.salvor.engine.fact.Fact.Restored;
import io.salvor.engine.fact.Fact.Tag;
import io.salvor.engine.fact.Fact.Unknown;
import io.salvor.engine.fact.Fact.Verified;
import io.salvor.engine.fact.Fact.Withdrawn;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The message of a note (docs/format.md §13). */
final class FactCodec {
  private static final int HOLD = 1;
  private static final int RELEASE = 2;
  private static final int TAG = 3;
  private static final int VERIFIED = 4;
  private static final int RESTORED = 5;
  private static final int FORGOTTEN = 6;
  private static final int ERASED = 7;
  // 8 is reserved: a fact of that type is one that this version does not know.
  private static final int WITHDRAWN = 9;

  private FactCodec() {}

  /**
   * Encodes.
   *
   * @throws IllegalArgumentException for a fact of an unknown type
   */
  static byte[] encode(Note note) {
    CborWriter out = new CborWriter().map();
    out.key(0).uint(type(note.fact())).key(1).time(note.time()).key(2).text(note.author());
    if (!(note.fact() instanceof Forgotten) && !note.fact().backups().isEmpty()) {
      out.key(3).array();
      note.fact().backups().forEach(id -> out.text(id.text()));
      out.end();
    }
    switch (note.fact()) {
      case Hold hold -> text(out, 4, hold.reason());
      case Release release -> {
        text(out, 4, release.reason());
        out.key(5).bytes16(release.hold().high(), release.hold().low());
      }
      case Tag tag -> {
        out.key(6).array();
        tag.tags().forEach((k, v) -> out.array().text(k).text(v).end());
        out.end();
      }
      case Verified v -> {
        out.key(7).uint(v.took().toMillis()).key(8).uint(v.depth().ordinal());
        out.key(9).bool(v.intact()).key(10).uint(v.blobs()).key(11).uint(v.bytes());
        if (!v.packs().isEmpty()) {
          TreeSet<ObjectId> packs = new TreeSet<>(v.packs());
          ByteBuffer ids = ByteBuffer.allocate(packs.size() * ObjectId.SIZE);
          packs.forEach(id -> id.to(ids));
          out.key(12).bytes(ids.array());
        }
      }
      case Restored r -> {
        out.key(7).uint(r.took().toMillis()).key(11).uint(r.bytes());
        out.key(13).uint(r.entries()).key(14).text(r.target()).key(15).text(r.checked());
      }
      case Forgotten f -> {
        text(out, 4, f.by());
        out.key(16).array();
        for (Deletion d : f.deletions()) {
          out.array().text(d.backup().text()).text(d.source()).text(d.host()).time(d.started());
          out.bytes(d.checksum()).text(d.reason()).end();
        }
        out.end();
      }
      case Erased _, Withdrawn _ -> {}
      case Unknown u -> throw new IllegalArgumentException("a fact of " + u.word());
    }
    out.key(17).bytes16(note.id().high(), note.id().low());
    if (note.fact() instanceof Erased erased) {
      texts(out, 18, erased.keys());
      texts(out, 19, erased.copies());
    }
    if (note.fact() instanceof Withdrawn withdrawn) {
      out.key(20).array();
      withdrawn
          .keys()
          .forEach((id, key) -> out.array().bytes16(id.high(), id.low()).text(key).end());
      out.end();
    }
    return out.end().toByteArray();
  }

  private static void text(CborWriter out, int key, String text) {
    if (!text.isEmpty()) {
      out.key(key).text(text);
    }
  }

  private static void texts(CborWriter out, int key, List<String> texts) {
    if (!texts.isEmpty()) {
      out.key(key).array();
      texts.forEach(out::text);
      out.end();
    }
  }

  private static int type(Fact fact) {
    return switch (fact) {
      case Hold _ -> HOLD;
      case Release _ -> RELEASE;
      case Tag _ -> TAG;
      case Verified _ -> VERIFIED;
      case Restored _ -> RESTORED;
      case Forgotten _ -> FORGOTTEN;
      case Erased _ -> ERASED;
      case Withdrawn _ -> WITHDRAWN;
      case Unknown u -> throw new IllegalArgumentException("a fact of " + u.word());
    };
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedException for anything else
   */
  static Note decode(byte[] message) {
    Fields fields = new Fields();
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      fields.read(key, in);
    }
    in.end();
    if (fields.time == null || fields.type == 0 || fields.id == null) {
      throw new MalformedException("a fact without its type, its time or its id");
    }
    return new Note(fields.id, fields.time, fields.author, fields.fact());
  }

  private static final class Fields {
    private long type;
    private @Nullable ObjectId id;
    private @Nullable Instant time;
    private String author = "";
    private final List<BackupId> backups = new ArrayList<>();
    private String reason = "";
    private @Nullable ObjectId hold;
    private final TreeMap<String, String> tags = new TreeMap<>();
    private Duration took = Duration.ZERO;
    private int depth;
    private boolean intact;
    private long blobs;
    private long bytes;
    private final List<ObjectId> packs = new ArrayList<>();
    private long entries;
    private String target = "";
    private String checked = "";
    private final List<Deletion> deletions = new ArrayList<>();
    private final List<String> erasedKeys = new ArrayList<>();
    private final List<String> copies = new ArrayList<>();
    private final TreeMap<ObjectId, String> withdrawn = new TreeMap<>();

    void read(int key, CborReader in) {
      if (!isKnown() && key > 3 && key != 17) {
        in.skip();
        return;
      }
      switch (key) {
        case 0 -> type = in.uint();
        case 1 -> time = in.time();
        case 2 -> author = in.text();
        case 3 -> {
          for (int n = in.array(); n > 0; n--) {
            backups.add(backup(in));
          }
        }
        case 4 -> reason = in.text();
        case 5 -> hold = ObjectId.from(in.view(ObjectId.SIZE));
        case 6 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(2);
            tags.put(in.text(), in.text());
          }
        }
        case 7 -> took = Duration.ofMillis(in.uint());
        case 8 -> depth = in.uint(Verified.Depth.values().length - 1);
        case 9 -> intact = in.bool();
        case 10 -> blobs = in.uint();
        case 11 -> bytes = in.uint();
        case 12 -> packs(in.view());
        case 13 -> entries = in.uint();
        case 14 -> target = in.text();
        case 15 -> checked = in.text();
        case 16 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(6);
            deletions.add(
                new Deletion(backup(in), in.text(), in.text(), in.time(), in.bytes(32), in.text()));
          }
        }
        case 17 -> id = ObjectId.from(in.view(ObjectId.SIZE));
        case 18 -> {
          for (int n = in.array(); n > 0; n--) {
            erasedKeys.add(in.text());
          }
        }
        case 19 -> {
          for (int n = in.array(); n > 0; n--) {
            copies.add(in.text());
          }
        }
        case 20 -> {
          for (int n = in.array(); n > 0; n--) {
            in.array(2);
            ObjectId credential = ObjectId.from(in.view(ObjectId.SIZE));
            withdrawn.put(credential, in.text());
          }
        }
        default -> in.skip();
      }
    }

    private boolean isKnown() {
      return type <= ERASED || type == WITHDRAWN;
    }

    private void packs(ByteBuffer ids) {
      if (ids.remaining() % ObjectId.SIZE != 0) {
        throw new MalformedException("a list of packs that is none");
      }
      while (ids.hasRemaining()) {
        packs.add(ObjectId.from(ids));
      }
    }

    Fact fact() {
      if (!isKnown()) {
        return new Unknown(type, backups);
      }
      return switch ((int) type) {
        case HOLD -> new Hold(one(), reason);
        case RELEASE -> {
          if (hold == null) {
            throw new MalformedException("a release without its hold");
          }
          yield new Release(one(), hold, reason);
        }
        case TAG -> new Tag(one(), tags);
        case VERIFIED ->
            new Verified(
                backups, packs, Verified.Depth.values()[depth], intact, took, blobs, bytes);
        case RESTORED -> new Restored(one(), target, took, entries, bytes, checked);
        case FORGOTTEN -> new Forgotten(deletions, reason);
        case ERASED -> new Erased(backups, erasedKeys, copies);
        default -> new Withdrawn(withdrawn);
      };
    }

    private BackupId one() {
      if (backups.size() != 1) {
        throw new MalformedException("a fact of one backup that names " + backups.size());
      }
      return backups.getFirst();
    }

    private static BackupId backup(CborReader in) {
      String text = in.text();
      try {
        return new BackupId(text);
      } catch (IllegalArgumentException e) {
        throw new MalformedException("a backup id that is none", e);
      }
    }
  }
}
