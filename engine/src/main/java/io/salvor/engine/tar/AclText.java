package io.salvor.engine.tar;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** POSIX ACLs, which Linux keeps as attributes in binary and tar programs as text. */
final class AclText {
  private static final int VERSION = 2;
  private static final int HEADER = 4;
  private static final int ENTRY = 8;

  private AclText() {}

  /** The text of an attribute's value; null if it is none that can be read. */
  static @Nullable String of(byte[] value) {
    if (value.length < HEADER || (value.length - HEADER) % ENTRY != 0) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt() != VERSION) {
      return null;
    }
    List<String> entries = new ArrayList<>();
    while (in.hasRemaining()) {
      int tag = in.getShort();
      int permissions = in.getShort();
      String id = Integer.toUnsignedString(in.getInt());
      String who =
          switch (tag) {
            case 0x01 -> "user::";
            case 0x02 -> "user:" + id + ":";
            case 0x04 -> "group::";
            case 0x08 -> "group:" + id + ":";
            case 0x10 -> "mask::";
            case 0x20 -> "other::";
            default -> null;
          };
      if (who == null) {
        return null;
      }
      entries.add(who + bits(permissions));
    }
    return String.join(",", entries);
  }

  private static String bits(int permissions) {
    return ((permissions & 4) != 0 ? "r" : "-")
        + ((permissions & 2) != 0 ? "w" : "-")
        + ((permissions & 1) != 0 ? "x" : "-");
  }
}
