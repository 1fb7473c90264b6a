package io.salvor.testkit.storage;

import io.salvor.engine.storage.ObjectName;

/** One thing asked of a storage. */
public sealed interface Operation {

  /** Whether it changes what is stored. */
  default boolean changes() {
    return this instanceof Put || this instanceof Delete;
  }

  /** The commit of an object; the array is not copied. */
  record Put(ObjectName name, byte[] bytes) implements Operation {
    @Override
    public String toString() {
      return "put " + name + " (" + bytes.length + " bytes)";
    }
  }

  record Delete(ObjectName name) implements Operation {
    @Override
    public String toString() {
      return "delete " + name;
    }
  }

  record Get(ObjectName name) implements Operation {
    @Override
    public String toString() {
      return "get " + name;
    }
  }

  record GetRange(ObjectName name, long offset, int length) implements Operation {
    @Override
    public String toString() {
      return "get " + name + " " + offset + "+" + length;
    }
  }

  record Find(ObjectName name) implements Operation {
    @Override
    public String toString() {
      return "find " + name;
    }
  }

  record Listing(String prefix) implements Operation {
    @Override
    public String toString() {
      return "list " + prefix;
    }
  }
}
