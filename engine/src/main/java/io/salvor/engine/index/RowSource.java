package io.salvor.engine.index;

import java.io.IOException;

/** Gives rows one after the other; the row may be changed where it lies. */
interface RowSource {
  /** Goes to the next row, at first to the first; false at the end. */
  boolean advance() throws IOException;

  /** Where the row is, and perhaps others around it. */
  byte[] bytes();

  /** Where in {@link #bytes} it begins. */
  int at();
}
