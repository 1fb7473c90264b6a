package io.salvor.engine.posix;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names as bytes through NIO: its strings lose what is not UTF-8 (or not of the locale), but its
 * URIs keep every byte of a Unix path.
 */
final class NioNames {

  /** Whether paths of this machine are bytes. */
  static final boolean UNIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private NioNames() {}

  /** The absolute path as bytes. */
  static byte[] pathBytes(Path path) throws PosixException {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw new PosixException(Errno.EOPNOTSUPP, "open", RawNames.of(path.toString()));
    }
    Path absolute = path.toAbsolutePath();
    String text = absolute.toString();
    if (!UNIX || isAscii(text)) {
      return RawNames.of(text);
    }
    return decode(absolute.toUri().getRawPath());
  }

  /** A file name as bytes. */
  static byte[] nameBytes(Path path) throws PosixException {
    byte[] whole = pathBytes(path);
    int from = whole.length;
    char separator = UNIX ? '/' : '\\';
    while (from > 0 && whole[from - 1] != separator) {
      from--;
    }
    return Arrays.copyOfRange(whole, from, whole.length);
  }

  /** A link's target as bytes: of a path that may be relative. */
  static byte[] targetBytes(Path path) throws PosixException {
    String text = path.toString();
    if (path.isAbsolute() || !UNIX || isAscii(text)) {
      return path.isAbsolute() ? pathBytes(path) : RawNames.of(text);
    }
    byte[] whole = pathBytes(Path.of("/").resolve(path));
    return Arrays.copyOfRange(whole, 1, whole.length);
  }

  /** The entry of a directory, which must be absolute. */
  static Path resolve(Path directory, byte[] name, String operation) throws PosixException {
    if (!RawNames.isName(name) || (!UNIX && !isPlain(name))) {
      throw new PosixException(Errno.EINVAL, operation, name);
    }
    return directory.resolve(relative(name, operation));
  }

  /** Any path of bytes, relative or absolute: a link's target, a root. */
  static Path relative(byte[] path, String operation) throws PosixException {
    try {
      String text = text(path);
      if (!UNIX || isAscii(text)) {
        return Path.of(text);
      }
      boolean absolute = path.length > 0 && path[0] == '/';
      Path whole = Path.of(URI.create("file://" + (absolute ? "" : "/") + encode(path)));
      Path root = whole.getRoot();
      return absolute || root == null ? whole : root.relativize(whole);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new PosixException(Errno.EINVAL.number(), operation, path, e);
    }
  }

  private static String text(byte[] name) throws CharacterCodingException {
    return UNIX
        ? new String(name, StandardCharsets.ISO_8859_1)
        : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
  }

  /** A name that stays one where a backslash and a colon have a meaning. */
  private static boolean isPlain(byte[] name) {
    for (byte b : name) {
      if (b == '\\' || b == ':') {
        return false;
      }
    }
    return true;
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String encode(byte[] path) {
    StringBuilder out = new StringBuilder(path.length * 3);
    HexFormat hex = HexFormat.of().withUpperCase();
    for (byte b : path) {
      if (b == '/') {
        out.append('/');
      } else {
        out.append('%').append(hex.toHexDigits(b));
      }
    }
    return out.toString();
  }

  private static byte[] decode(String raw) {
    int end = raw.length() > 1 && raw.endsWith("/") ? raw.length() - 1 : raw.length();
    ByteArrayOutputStream out = new ByteArrayOutputStream(end);
    for (int i = 0; i < end; i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        out.write(HexFormat.fromHexDigits(raw, i + 1, i + 3));
        i += 2;
      } else {
        out.write(c);
      }
    }
    return out.toByteArray();
  }
}
