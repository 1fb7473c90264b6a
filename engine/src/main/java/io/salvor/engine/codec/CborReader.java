package io.salvor.engine.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Reads one message in the deterministic CBOR of docs/format.md §1 and refuses everything else with
 * {@link MalformedException}. Records are read by hand:
 *
 * <pre>{@code
 * CborReader in = new CborReader(message);
 * in.map();
 * for (int key; (key = in.nextKey()) >= 0; ) {
 *   switch (key) {
 *     case 0 -> id = ObjectId.from(in.view(16));
 *     case 2 -> {
 *       for (int n = in.array(); n > 0; n--) {
 *         parts.add(in.text());
 *       }
 *     }
 *     default -> in.skip();
 *   }
 * }
 * in.end();
 * }</pre>
 *
 * For one thread. Nothing it allocates is larger than what is left of the input.
 */
public final class CborReader {
  /** The kinds of item. */
  public enum Type {
    UNSIGNED,
    NEGATIVE,
    BYTES,
    TEXT,
    ARRAY,
    MAP,
    BOOL,
    NIL
  }

  private final byte[] in;
  private final int limit;
  private int at;
  private int depth;
  // Of each open container: items that are still to come, and the latest key or -1; lists have -2.
  private final int[] left = new int[CborWriter.MAX_DEPTH];
  private final long[] keys = new long[CborWriter.MAX_DEPTH];
  private boolean valueDue;
  private boolean done;

  /** Reads the whole array. */
  public CborReader(byte[] in) {
    this(in, 0, in.length);
  }

  /** Reads a part of an array. */
  public CborReader(byte[] in, int offset, int length) {
    if (offset < 0 || length < 0 || length > in.length - offset) {
      throw new IndexOutOfBoundsException(offset + " + " + length + " of " + in.length);
    }
    this.in = in;
    this.at = offset;
    this.limit = offset + length;
  }

  /** What the next item is. */
  public Type peek() {
    if (at == limit) {
      throw new MalformedException("a message ends too early");
    }
    int initial = in[at] & 0xff;
    int major = initial >>> 5;
    if (major < 6) {
      return Type.values()[major];
    }
    return switch (initial) {
      case 0xf4, 0xf5 -> Type.BOOL;
      case 0xf6 -> Type.NIL;
      default -> throw new MalformedException("an item of a kind that the format does not have");
    };
  }

  /** Opens a map; {@link #nextKey} walks through it. */
  public void map() {
    int pairs = count(5, 2);
    begin();
    open(pairs, -1);
  }

  /**
   * The next key of the innermost map, or -1 at its end, which closes it. Keys over 2³¹-1 are
   * passed over with their values.
   */
  public int nextKey() {
    while (true) {
      int top = depth - 1;
      if (top < 0 || keys[top] == -2 || valueDue) {
        throw new IllegalStateException("not at a key");
      }
      if (left[top] == 0) {
        depth--;
        endItem();
        return -1;
      }
      left[top]--;
      long key = head(0);
      if (key < 0) {
        throw new MalformedException("a key of more than 63 bits");
      }
      if (key <= keys[top]) {
        throw new MalformedException("keys are not in ascending order");
      }
      keys[top] = key;
      valueDue = true;
      if (key <= Integer.MAX_VALUE) {
        return (int) key;
      }
      skip();
    }
  }

  /** Opens a list and gives its length; it is closed when so many items have been read. */
  public int array() {
    int items = count(4, 1);
    begin();
    if (items == 0) {
      endItem();
    } else {
      open(items, -2);
    }
    return items;
  }

  /** Opens a list that must have exactly {@code length} items. */
  public void array(int length) {
    int n = array();
    if (n != length) {
      throw new MalformedException("a list of " + n + " items instead of " + length);
    }
  }

  /** An integer from 0 to 2⁶³-1. */
  public long uint() {
    long value = head(0);
    if (value < 0) {
      throw new MalformedException("an integer of more than 63 bits");
    }
    return item(value);
  }

  /** An integer from 0 to {@code max}. */
  public int uint(int max) {
    long value = uint();
    if (value > max) {
      throw new MalformedException("an integer of " + value + " is over its bound of " + max);
    }
    return (int) value;
  }

  /** An integer from -2⁶³ to 2⁶³-1. */
  public long integer() {
    boolean negative = peek() == Type.NEGATIVE;
    long value = head(negative ? 1 : 0);
    if (value < 0) {
      throw new MalformedException("an integer of more than 63 bits");
    }
    return item(negative ? ~value : value);
  }

  /** A byte string. */
  public byte[] bytes() {
    int length = length(2);
    byte[] value = new byte[length];
    System.arraycopy(in, at, value, 0, length);
    advance(length);
    return value;
  }

  /** A byte string of exactly {@code length} bytes. */
  public byte[] bytes(int length) {
    byte[] value = new byte[length];
    view(length).get(value);
    return value;
  }

  /** A byte string of exactly {@code length} bytes, not copied. */
  public ByteBuffer view(int length) {
    int n = length(2);
    if (n != length) {
      throw new MalformedException("a byte string of " + n + " bytes instead of " + length);
    }
    ByteBuffer view = ByteBuffer.wrap(in, at, n);
    advance(n);
    return view;
  }

  /** A byte string, not copied: between the buffer's position and its limit. */
  public ByteBuffer view() {
    int n = length(2);
    ByteBuffer view = ByteBuffer.wrap(in, at, n);
    advance(n);
    return view;
  }

  /** A text string, which must be sound UTF-8. */
  public String text() {
    int length = length(3);
    String value = utf8(length);
    advance(length);
    return value;
  }

  /** True or false. */
  public boolean bool() {
    if (peek() != Type.BOOL) {
      throw new MalformedException("an item is not true or false");
    }
    begin();
    boolean value = in[at] == (byte) 0xf5;
    advance(1);
    return value;
  }

  /** A time as {@code [seconds, nanoseconds]}. */
  public Instant time() {
    array(2);
    long seconds = integer();
    int nanos = uint(999_999_999);
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException e) {
      throw new MalformedException("a time out of range", e);
    }
  }

  /** Passes over one item, checking it all the same. */
  public void skip() {
    switch (peek()) {
      case UNSIGNED, NEGATIVE -> {
        head((in[at] & 0xff) >>> 5);
        item(0);
      }
      case BYTES -> advance(length(2));
      case TEXT -> {
        int length = length(3);
        utf8(length);
        advance(length);
      }
      case ARRAY -> {
        for (int n = array(); n > 0; n--) {
          skip();
        }
      }
      case MAP -> {
        map();
        while (nextKey() >= 0) {
          skip();
        }
      }
      case BOOL, NIL -> {
        begin();
        advance(1);
      }
    }
  }

  /** Checks that the message is complete and nothing comes after it. */
  public void end() {
    if (!done) {
      throw new IllegalStateException("the message was not read to its end");
    }
    if (at != limit) {
      throw new MalformedException("bytes after the end of a message");
    }
  }

  private long item(long value) {
    begin();
    endItem();
    return value;
  }

  private void advance(int length) {
    at += length;
    endItem();
  }

  private void begin() {
    if (done || (depth > 0 && keys[depth - 1] != -2 && !valueDue)) {
      throw new IllegalStateException("read out of turn");
    }
    valueDue = false;
  }

  private void endItem() {
    // In a list the item counts, and the last one closes the list, which is an item itself.
    while (depth > 0 && keys[depth - 1] == -2) {
      if (--left[depth - 1] > 0) {
        return;
      }
      depth--;
    }
    done = depth == 0;
  }

  private void open(int items, long key) {
    if (depth == CborWriter.MAX_DEPTH) {
      throw new MalformedException("nested deeper than " + CborWriter.MAX_DEPTH);
    }
    left[depth] = items;
    keys[depth] = key;
    depth++;
  }

  /** Head of a container whose items have at least {@code each} bytes. */
  private int count(int major, int each) {
    long n = head(major);
    if (n < 0 || n > (limit - at) / each) {
      throw new MalformedException("a container is longer than its message");
    }
    return (int) n;
  }

  private int length(int major) {
    long n = head(major);
    if (n < 0 || n > limit - at) {
      throw new MalformedException("a string is longer than its message");
    }
    begin();
    return (int) n;
  }

  private long head(int major) {
    if (at == limit) {
      throw new MalformedException("a message ends too early");
    }
    int initial = in[at] & 0xff;
    if (initial >>> 5 != major) {
      throw new MalformedException("an item of kind " + (initial >>> 5) + " instead of " + major);
    }
    at++;
    int info = initial & 31;
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw new MalformedException("an indefinite or reserved length");
    }
    int n = 1 << (info - 24);
    if (limit - at < n) {
      throw new MalformedException("a message ends too early");
    }
    long value = 0;
    for (int i = 0; i < n; i++) {
      value = (value << 8) | (in[at++] & 0xff);
    }
    boolean shortest =
        switch (n) {
          case 1 -> value >= 24;
          case 2 -> value >= 0x100;
          case 4 -> value >= 0x10000;
          default -> value < 0 || value >= 0x1_0000_0000L;
        };
    if (!shortest) {
      throw new MalformedException("a number is not in its shortest form");
    }
    return value;
  }

  private String utf8(int length) {
    for (int i = at; i < at + length; i++) {
      if (in[i] < 0) {
        try {
          return StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(in, at, length))
              .toString();
        } catch (CharacterCodingException e) {
          throw new MalformedException("a text is not UTF-8", e);
        }
      }
    }
    return new String(in, at, length, StandardCharsets.ISO_8859_1);
  }
}
