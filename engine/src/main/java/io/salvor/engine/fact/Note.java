package io.salvor.engine.fact;

import io.salvor.engine.crypto.ObjectId;
import java.time.Instant;
import java.util.Comparator;

/**
 * A fact as it lies in the repository.
 *
 * @param id that of the object {@code facts/<id>} in which it was first written
 * @param author whoever wrote it
 */
public record Note(ObjectId id, Instant time, String author, Fact fact) {
  /** By time, then by id. */
  public static final Comparator<Note> ORDER =
      Comparator.comparing(Note::time).thenComparing(Note::id);

  /**
   * Reads a note's message.
   *
   * @throws io.salvor.engine.codec.MalformedException for anything else
   */
  public static Note decode(byte[] message) {
    return FactCodec.decode(message);
  }
}
