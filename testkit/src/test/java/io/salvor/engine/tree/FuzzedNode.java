package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;

/** Opens the parser of nodes to the fuzzer. */
public final class FuzzedNode {
  private FuzzedNode() {}

  public static Object parse(byte[] bytes) {
    return NodeParser.parse(BlobId.from(new byte[32], 0), bytes);
  }
}
