package io.salvor.provider.files;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.tree.KeyText;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a person writes for a path: {@code /path}, {@code path}, {@code ./with:colon}, or {@code
 * file:/path} with percent-encoding (RFC 8089). Where nothing of that very name exists, {@code
 * \xNN} and {@code \\} are read as salvor itself writes them, for names that are not UTF-8 cannot
 * reach a Java program otherwise.
 */
final class Address {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)");

  private Address() {}

  static boolean isPath(String address) {
    if (address.isEmpty() || address.equals("-")) {
      return false;
    }
    Matcher scheme = SCHEME.matcher(address);
    return !scheme.matches() || isFile(scheme);
  }

  private static boolean isFile(Matcher scheme) {
    return scheme.group(1).toLowerCase(Locale.ROOT).equals("file");
  }

  /** The path that is meant; relative ones begin at {@code directory}. */
  static SourcePath parse(Posix posix, byte[] directory, String address) {
    String text = path(address);
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    SourcePath literal = SourcePath.of(directory, plain);
    if (text.indexOf('\\') < 0 || exists(posix, literal)) {
      return literal;
    }
    try {
      return SourcePath.of(directory, KeyText.bytes(text));
    } catch (IllegalArgumentException _) {
      return literal; // backslashes that are no escapes
    }
  }

  private static String path(String address) {
    Matcher scheme = SCHEME.matcher(address);
    if (!scheme.matches() || !isFile(scheme)) {
      return address;
    }
    try {
      URI uri = new URI(address);
      String host = uri.getAuthority();
      if (uri.getPath() != null
          && !uri.getPath().isEmpty()
          && (host == null || host.equals("localhost"))) {
        return uri.getPath();
      }
      throw usage(address, "a file: address is file: and an absolute path", null);
    } catch (URISyntaxException e) {
      throw usage(address, "it is not an address: " + e.getReason(), e);
    }
  }

  private static boolean exists(Posix posix, SourcePath path) {
    if (path.key().isRoot()) {
      return true;
    }
    int parts = path.key().depth();
    try (Dir parent = posix.openRoot(path.bytes(parts - 1))) {
      parent.stat(path.key().name());
      return true;
    } catch (PosixException _) {
      return false; // or not to be seen; what is done with it next will tell
    }
  }

  private static SalvorException usage(String address, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.USAGE,
        "Cannot use the source address '" + address + "'",
        why,
        "Write /path or file:/path; a relative path with a colon in it is ./like:this",
        cause);
  }
}
