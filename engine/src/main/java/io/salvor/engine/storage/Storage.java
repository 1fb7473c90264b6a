package io.salvor.engine.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A place for immutable objects. Implementations are safe for use by several threads.
 *
 * <p>Errors: {@link java.nio.file.NoSuchFileException} where an object is asked for that is not
 * there; {@link io.salvor.engine.error.SalvorException} with a code of the 2000s for what a person
 * must mend (unreachable, read-only, full, denied); any other {@link IOException} for what a retry
 * may cure.
 */
public interface Storage extends AutoCloseable {
  /** The most bytes that an object may have to be read whole: no other than a pack has more. */
  int MAX_WHOLE = (32 << 20) + 1024;

  /** The address as a person would write it, without secrets. */
  String address();

  /**
   * The address in its only form: whoever names this place otherwise gets the same text. Local
   * state is kept by it.
   */
  default String place() {
    return address();
  }

  /** What this storage promises. */
  StorageTraits traits();

  /**
   * Begins an object. Nothing can be seen under the name until {@link ObjectWriter#commit} has
   * returned; a writer that is closed before that leaves nothing behind that a list would show.
   */
  ObjectWriter create(ObjectName name) throws IOException;

  /** Writes a whole object: durable and visible when this returns. */
  default void put(ObjectName name, byte[] content) throws IOException {
    try (ObjectWriter writer = create(name)) {
      writer.write(ByteBuffer.wrap(content));
      writer.commit();
    }
  }

  /**
   * Reads a whole object.
   *
   * @throws io.salvor.engine.error.SalvorException OBJECT_DAMAGED for one of more than {@link
   *     #MAX_WHOLE} bytes, without reading it
   */
  byte[] get(ObjectName name) throws IOException;

  /**
   * Reads exactly {@code length} bytes from {@code offset}.
   *
   * @throws java.io.EOFException if the object ends before that
   */
  byte[] get(ObjectName name, long offset, int length) throws IOException;

  /** Size of an object in bytes, or empty if it is not there. */
  Optional<ObjectInfo> find(ObjectName name) throws IOException;

  /**
   * Gives every object whose name begins with {@code prefix} (for instance {@code "packs/"}, or ""
   * for all), in no particular order, without holding them all in memory. Unfinished objects are
   * not shown.
   */
  void list(String prefix, Consumer<ObjectInfo> each) throws IOException;

  /** Removes an object durably; removing one that is not there is no error. */
  void delete(ObjectName name) throws IOException;

  @Override
  void close() throws IOException;
}
