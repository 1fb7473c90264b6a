package io.salvor.engine.journal;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes tails of one log, one after the other. Each is sealed first, and stored then, as often as
 * the storage needs, with the same bytes. For one thread.
 */
public final class JournalWriter {
  private static final byte[] NONE = new byte[0];

  private final Repository repository;
  private final Storage storage;
  private final KeyRing keys;
  private final LogOrigin origin;
  private final long journal;
  private final List<ObjectName> beats = new ArrayList<>();
  private long order;
  private long lastTimeline = -1;
  private long lastTo = -1;
  private byte[] predecessor = NONE;

  /**
   * A sealed tail.
   *
   * @param to the position that it makes durable
   */
  public record Sealed(ObjectName name, byte[] object, long to, boolean isBeat) {}

  /**
   * Begins a journal of its own.
   *
   * @throws SalvorException WRITE_ONLY for a credential that cannot; JOURNAL_IN_ERASABLE
   */
  public JournalWriter(Repository repository, LogOrigin origin) {
    requireUsable(repository);
    this.repository = repository;
    this.storage = repository.storage();
    this.keys = repository.keys();
    this.origin = origin;
    this.journal = ObjectId.random(repository.random()).high();
  }

  /**
   * Whether journals can be written at all.
   *
   * @throws SalvorException WRITE_ONLY; JOURNAL_IN_ERASABLE
   */
  public static void requireUsable(Repository repository) {
    if (repository.keys().self() != null) {
      throw new SalvorException(
          ErrorCode.WRITE_ONLY,
          "This credential can write backups and not journals",
          "who consolidates a journal has to read it",
          "Use a credential that `salvor key list` shows on a machine that may read");
    }
    if (repository.description().erasable()) {
      // An erasure waits for sessions, and tails have none: it would close the epoch under them.
      throw new SalvorException(
          ErrorCode.JOURNAL_IN_ERASABLE,
          "An erasable repository takes no journals",
          "what is captured continuously could not be erased backup by backup",
          "Follow into a repository that was made without --erasable");
    }
  }

  /** Whose log it is. */
  public LogOrigin origin() {
    return origin;
  }

  /**
   * The next bytes of a timeline.
   *
   * @param since the source's time when the first of them came
   * @param until the source's time up to which everything is in there or before; EPOCH if unknown
   */
  public Sealed log(long timeline, long from, byte[] bytes, Instant since, Instant until) {
    boolean follows = timeline == lastTimeline && from == lastTo;
    byte[] before = follows ? predecessor : NONE;
    Tail tail = new Tail(origin, timeline, from, "", bytes, since, until, repository.now(), before);
    Sealed sealed = seal(tail);
    predecessor = Sha256.of(tail.encode());
    lastTimeline = timeline;
    lastTo = tail.to();
    return sealed;
  }

  /** Says that until then there was nothing behind a position. */
  public Sealed beat(long timeline, long at, Instant until) {
    return seal(
        new Tail(
            origin, timeline, at, "", new byte[0], Instant.EPOCH, until, repository.now(), NONE));
  }

  /** A file that belongs to a timeline. */
  public Sealed file(long timeline, String name, byte[] bytes) {
    return seal(
        new Tail(
            origin,
            timeline,
            0,
            name,
            bytes,
            Instant.EPOCH,
            Instant.EPOCH,
            repository.now(),
            NONE));
  }

  private Sealed seal(Tail tail) {
    order++;
    ObjectId id = new ObjectId(journal, order);
    byte[] object = keys.sealSmall(ObjectKind.JOURNAL_TAIL, id, tail.encode());
    boolean beat = tail.name().isEmpty() && tail.bytes().length == 0;
    return new Sealed(ObjectKind.JOURNAL_TAIL.name(id), object, tail.to(), beat);
  }

  /**
   * Stores a sealed one: it is durable when this returns, and may be stored again when it fails.
   *
   * @throws SalvorException AUTHORITY_SUCCEEDED if it will not count
   */
  public void store(Sealed sealed) throws IOException {
    storage.put(sealed.name(), sealed.object());
  }

  /** What was stored says at least as much as the beats before it, which go. */
  public void tidy(Sealed stored) throws IOException {
    if (storage.traits().knowsLag()) {
      for (ObjectName beat : List.copyOf(beats)) {
        storage.delete(beat);
        beats.remove(beat);
      }
    }
    if (stored.isBeat()) {
      beats.add(stored.name());
    }
  }
}
