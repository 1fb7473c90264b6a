package io.salvor.engine.content;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import java.util.ArrayList;
import java.util.List;

/** Opens the parsers of content lists to the fuzzer. */
public final class FuzzedLists {
  private FuzzedLists() {}

  public static Object node(byte[] bytes) {
    return ListNode.parse(BlobId.from(new byte[32], 0), bytes, BlobKind.DATA);
  }

  public static Object inline(byte[] bytes) {
    List<Extent> extents = new ArrayList<>();
    ExtentCodec.Input in = new ExtentCodec.Input(bytes, 0, BlobKind.DATA);
    while (in.remaining() > 0) {
      extents.add(in.extent());
    }
    return extents;
  }
}
