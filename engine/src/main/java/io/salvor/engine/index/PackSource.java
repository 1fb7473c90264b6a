package io.salvor.engine.index;

import java.io.IOException;

/** Packs that are shown one by one, and again each time. */
@FunctionalInterface
public interface PackSource {
  /** Shows each of them to somebody. */
  void each(PackVisitor to) throws IOException;
}
