package io.salvor.testkit.reader;

import java.io.IOException;

/** What gives blobs by their ids, checked. */
interface Blobs {
  /** A data blob of this length. */
  byte[] data(Id blob, long length) throws IOException;

  /** A sensitive blob of this length. */
  byte[] sensitive(Id blob, long length) throws IOException;

  /** A tree blob. */
  byte[] tree(Id blob) throws IOException;
}
