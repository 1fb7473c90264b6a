package io.salvor.engine.protocol;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;

/**
 * Asks the author of a session to stop. It stays for good.
 *
 * @param author who has revoked it
 * @param cancelled whether the work itself shall end; otherwise the author begins it again
 */
public record Revocation(ObjectId session, Instant time, String author, boolean cancelled) {

  /** The revocation of a session, if there is a sound one. */
  public static Optional<Revocation> find(Storage storage, KeyRing keys, ObjectId session)
      throws IOException {
    ObjectName name = ObjectKind.REVOCATION.name(session);
    try {
      byte[] message = keys.openSmall(ObjectKind.REVOCATION, session, storage.get(name));
      Revocation found = decode(message);
      if (!found.session.equals(session)) {
        throw new MalformedException("a revocation of another session");
      }
      return Optional.of(found);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** Publishes it; durable when this returns. */
  public void publish(Storage storage, KeyRing keys) throws IOException {
    storage.put(
        ObjectKind.REVOCATION.name(session),
        keys.sealSmall(ObjectKind.REVOCATION, session, encode()));
  }

  /** The message that is signed and encrypted. */
  public byte[] encode() {
    CborWriter out = new CborWriter().map();
    out.key(0).bytes16(session.high(), session.low()).key(1).time(time);
    if (!author.isEmpty()) {
      out.key(2).text(author);
    }
    if (cancelled) {
      out.key(3).bool(true);
    }
    return out.end().toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedException for anything else
   */
  public static Revocation decode(byte[] message) {
    ObjectId session = null;
    Instant time = Instant.EPOCH;
    String author = "";
    boolean cancelled = false;
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> session = ObjectId.from(in.view(ObjectId.SIZE));
        case 1 -> time = in.time();
        case 2 -> author = in.text();
        case 3 -> cancelled = in.bool();
        default -> in.skip();
      }
    }
    in.end();
    if (session == null) {
      throw new MalformedException("a revocation without its session");
    }
    return new Revocation(session, time, author, cancelled);
  }
}
