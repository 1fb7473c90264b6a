package io.salvor.engine.tar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;

/** The records of one extended header. */
final class PaxRecords {
  private final ByteArrayOutputStream records = new ByteArrayOutputStream();
  private boolean binary;

  void add(String key, String value) {
    add(key.getBytes(US_ASCII), value.getBytes(UTF_8));
  }

  /** A name that need not be UTF-8. */
  void addName(String key, byte[] value) {
    binary |= !isUtf8(value);
    add(key.getBytes(US_ASCII), value);
  }

  /** The length counts its own digits. */
  void add(byte[] key, byte[] value) {
    int rest = key.length + value.length + 3;
    int length = rest + Integer.toString(rest).length();
    length = rest + Integer.toString(length).length();
    records.writeBytes((length + " ").getBytes(US_ASCII));
    records.writeBytes(key);
    records.write('=');
    records.writeBytes(value);
    records.write('\n');
  }

  boolean isEmpty() {
    return records.size() == 0;
  }

  byte[] toByteArray() {
    if (!binary) {
      return records.toByteArray();
    }
    PaxRecords all = new PaxRecords();
    all.add("hdrcharset", "BINARY");
    all.records.writeBytes(records.toByteArray());
    return all.records.toByteArray();
  }

  static boolean isUtf8(byte[] bytes) {
    try {
      UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException _) {
      return false;
    }
  }
}
