package io.salvor.engine.backup;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a session leaves in a repository (docs/format.md §11). */
public sealed interface SessionRecord {

  /** The session. */
  ObjectId session();

  /** The message that is signed and encrypted. */
  byte[] encode();

  /**
   * A writer has begun.
   *
   * @param parent the object below {@code backups/} that it compares with
   * @param process the writer, as {@link io.salvor.engine.durable.ProcessMark} has it
   * @param signOf the session of which this one is but a sign of life
   */
  record Open(
      ObjectId session,
      String host,
      Instant started,
      @Nullable ObjectId parent,
      String process,
      String source,
      BackupId backup,
      @Nullable ObjectId signOf)
      implements SessionRecord {

    /** One that is no sign of life of another. */
    public Open(
        ObjectId session,
        String host,
        Instant started,
        @Nullable ObjectId parent,
        String process,
        String source,
        BackupId backup) {
      this(session, host, started, parent, process, source, backup, null);
    }

    @Override
    public byte[] encode() {
      CborWriter out = new CborWriter().map();
      out.key(0).bytes16(session.high(), session.low());
      out.key(1).text(host).key(2).time(started);
      if (parent != null) {
        out.key(3).bytes16(parent.high(), parent.low());
      }
      out.key(4).text(process).key(5).text(source).key(6).text(backup.text());
      if (signOf != null) {
        out.key(7).bytes16(signOf.high(), signOf.low());
      }
      return out.end().toByteArray();
    }

    /** Reads what {@link #encode} wrote. */
    public static Open decode(byte[] message) {
      CborReader in = new CborReader(message);
      ObjectId session = ObjectId.ZERO;
      ObjectId parent = null;
      String host = "";
      String process = "";
      String source = "";
      BackupId backup = null;
      ObjectId signOf = null;
      Instant started = Instant.EPOCH;
      in.map();
      for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
        switch (key) {
          case 0 -> session = ObjectId.from(in.view(ObjectId.SIZE));
          case 1 -> host = in.text();
          case 2 -> started = in.time();
          case 3 -> parent = ObjectId.from(in.view(ObjectId.SIZE));
          case 4 -> process = in.text();
          case 5 -> source = in.text();
          case 6 -> backup = backupId(in.text());
          case 7 -> signOf = ObjectId.from(in.view(ObjectId.SIZE));
          default -> in.skip();
        }
      }
      in.end();
      if (backup == null) {
        throw new MalformedException("a session without a backup id");
      }
      return new Open(session, host, started, parent, process, source, backup, signOf);
    }
  }

  /**
   * So much of the backup is durable.
   *
   * @param number 1, 2, …
   * @param manifest the manifest's canonical form with the tree so far
   * @param last whether this is the manifest as it will be sealed
   */
  record Checkpoint(ObjectId session, int number, byte[] manifest, boolean last)
      implements SessionRecord {

    @Override
    public byte[] encode() {
      CborWriter out = new CborWriter(manifest.length + 64).map();
      out.key(0).bytes16(session.high(), session.low()).key(1).uint(number);
      return out.key(2).bytes(manifest).key(3).bool(last).end().toByteArray();
    }

    /** Reads what {@link #encode} wrote. */
    public static Checkpoint decode(byte[] message) {
      CborReader in = new CborReader(message);
      ObjectId session = ObjectId.ZERO;
      int number = 0;
      byte[] manifest = new byte[0];
      boolean last = false;
      in.map();
      for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
        switch (key) {
          case 0 -> session = ObjectId.from(in.view(ObjectId.SIZE));
          case 1 -> number = in.uint(99_999_999);
          case 2 -> manifest = in.bytes();
          case 3 -> last = in.bool();
          default -> in.skip();
        }
      }
      in.end();
      return new Checkpoint(session, number, manifest, last);
    }
  }

  /** The writer has ended: it has sealed its backup, or given it up. */
  record End(ObjectId session, boolean sealed) implements SessionRecord {

    @Override
    public byte[] encode() {
      CborWriter out = new CborWriter().map();
      out.key(0).bytes16(session.high(), session.low()).key(1).uint(sealed ? 0 : 1);
      return out.end().toByteArray();
    }
  }

  private static BackupId backupId(String text) {
    try {
      return new BackupId(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a backup id that is none", e);
    }
  }
}
