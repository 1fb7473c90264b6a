package io.salvor.engine.fact;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDirectory;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Objects below {@code facts/} as they were read before, sealed as they are; may be lost. */
final class FactCache {
  private static final String FILE = "facts";
  private static final int MOST_BYTES = 32 << 20;

  private FactCache() {}

  static Map<ObjectId, byte[]> read(LocalDirectory directory) {
    Map<ObjectId, byte[]> objects = new TreeMap<>();
    try {
      Optional<byte[]> bytes = directory.read(FILE);
      if (bytes.isPresent()) {
        CborReader in = new CborReader(bytes.get());
        for (int n = in.array(); n > 0; n--) {
          in.array(2);
          objects.put(ObjectId.from(in.view(ObjectId.SIZE)), in.bytes());
        }
        in.end();
      }
    } catch (MalformedException e) {
      return new TreeMap<>();
    } catch (SalvorException e) {
      requireLocal(e);
      return new TreeMap<>();
    }
    return objects;
  }

  static void write(LocalDirectory directory, Map<ObjectId, byte[]> objects) {
    CborWriter out = new CborWriter(1 << 16).array();
    long size = 0;
    for (Map.Entry<ObjectId, byte[]> object : objects.entrySet()) {
      size += object.getValue().length;
      if (size > MOST_BYTES) {
        break;
      }
      out.array().bytes16(object.getKey().high(), object.getKey().low());
      out.bytes(object.getValue()).end();
    }
    try {
      directory.writeAtomically(FILE, out.end().toByteArray());
    } catch (SalvorException e) {
      requireLocal(e);
    }
  }

  /** It only spares reading: a local state that cannot be used costs nothing else. */
  private static void requireLocal(SalvorException e) {
    if (e.code() != ErrorCode.LOCAL_STATE) {
      throw e;
    }
  }
}
