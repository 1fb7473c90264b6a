package io.salvor.engine.source;

import java.io.IOException;
import java.util.List;

/** Something protected, opened for one capture. */
public interface Source extends AutoCloseable {

  /** The provider's name, as it stands in manifests: {@code files}. */
  String provider();

  /** The address in its normal form; parents and retention go by it and by the host. */
  String address();

  /** The raw paths of a source that has some, else empty. */
  default List<byte[]> paths() {
    return List.of();
  }

  /** What of the source is taken. */
  default Patterns patterns() {
    return Patterns.NONE;
  }

  /** What a person should know before the capture begins, for instance what is left out. */
  default List<Warning> warnings() {
    return List.of();
  }

  /** What the capture has shown that a person should know and that is no failure. */
  default List<Warning> remarks() {
    return List.of();
  }

  /**
   * Hands every entry to {@code capture} in ascending order of keys. Returns when all of them have
   * been handed over; reading in parallel is the source's own business.
   *
   * @throws io.salvor.engine.error.SalvorException if nothing at all can be captured
   */
  void capture(Capture capture) throws IOException, InterruptedException;

  /**
   * Whether {@link #capture} may be called again after it has failed, or after its backup was given
   * up: not where what was read is gone, or where reading does something.
   */
  default boolean isRepeatable() {
    return false;
  }

  @Override
  void close() throws IOException;

  /** Something worth telling that is no failure. */
  record Warning(String code, String key, String message) {}
}
