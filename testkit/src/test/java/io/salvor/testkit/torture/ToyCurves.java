package io.salvor.testkit.torture;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Loads Salvor's classes once more, with toys in the place of the two elliptic curves, which cost
 * more than half of what a test costs that opens repositories thousands of times. The product has
 * no such switch: the names of the library's classes are exchanged in the class files that are
 * loaded here, and nowhere else.
 */
final class ToyCurves extends ClassLoader {
  private static final Map<String, String> TOYS =
      Map.of(
          "org/bouncycastle/math/ec/rfc8032/Ed25519", "io/salvor/testkit/torture/ToyEd25519",
          "org/bouncycastle/math/ec/rfc7748/X25519", "io/salvor/testkit/torture/ToyX25519");

  ToyCurves() {
    super(ToyCurves.class.getClassLoader());
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.salvor.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] bytes = withToys(in.readAllBytes());
      return defineClass(name, bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** Copies a class file up to the end of its constants, of which some texts are exchanged. */
  private static byte[] withToys(byte[] file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(file.length);
    DataOutputStream out = new DataOutputStream(bytes);
    DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(file));
    out.writeLong(in.readLong());
    int constants = in.readUnsignedShort();
    out.writeShort(constants);
    for (int i = 1; i < constants; i++) {
      int tag = in.readUnsignedByte();
      out.writeByte(tag);
      if (tag == 1) {
        byte[] text = new byte[in.readUnsignedShort()];
        in.readFully(text);
        String toy = TOYS.get(new String(text, StandardCharsets.ISO_8859_1));
        byte[] now = toy == null ? text : toy.getBytes(StandardCharsets.ISO_8859_1);
        out.writeShort(now.length);
        out.write(now);
      } else {
        byte[] rest = new byte[size(tag)];
        in.readFully(rest);
        out.write(rest);
        // Of the numbers of two words each counts twice.
        i += tag == 5 || tag == 6 ? 1 : 0;
      }
    }
    in.transferTo(out);
    return bytes.toByteArray();
  }

  private static int size(int tag) {
    return switch (tag) {
      case 7, 8, 16, 19, 20 -> 2;
      case 15 -> 3;
      case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
      case 5, 6 -> 8;
      default -> throw new IllegalArgumentException("constant with the tag " + tag);
    };
  }
}
