package io.salvor.testkit.storage;

import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.util.Arrays;

/** Damages objects at rest, in any storage. */
public final class Damage {
  private Damage() {}

  /** Turns the bits of one byte that are set in {@code mask}. */
  public static void flip(Storage storage, ObjectName name, int at, int mask) throws IOException {
    byte[] bytes = storage.get(name);
    bytes[at] ^= (byte) mask;
    storage.put(name, bytes);
  }

  /** Removes an object. */
  public static void lose(Storage storage, ObjectName name) throws IOException {
    if (storage.find(name).isEmpty()) {
      throw new IllegalArgumentException("not there to be lost: " + name);
    }
    storage.delete(name);
  }

  /** Cuts an object off after {@code length} bytes. */
  public static void cut(Storage storage, ObjectName name, int length) throws IOException {
    byte[] bytes = storage.get(name);
    if (length >= bytes.length) {
      throw new IllegalArgumentException(name + " has only " + bytes.length + " bytes");
    }
    storage.put(name, Arrays.copyOf(bytes, length));
  }

  /** Appends bytes to an object. */
  public static void append(Storage storage, ObjectName name, byte[] more) throws IOException {
    byte[] bytes = storage.get(name);
    byte[] longer = Arrays.copyOf(bytes, bytes.length + more.length);
    System.arraycopy(more, 0, longer, bytes.length, more.length);
    storage.put(name, longer);
  }

  /** Gives each of two objects the other's content. */
  public static void swap(Storage storage, ObjectName one, ObjectName other) throws IOException {
    byte[] bytes = storage.get(one);
    storage.put(one, storage.get(other));
    storage.put(other, bytes);
  }
}
