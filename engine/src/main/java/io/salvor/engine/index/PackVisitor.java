package io.salvor.engine.index;

import java.io.IOException;

/** Sees packs one by one. */
@FunctionalInterface
public interface PackVisitor {
  /** Sees one. */
  void see(PackDescription pack) throws IOException;
}
