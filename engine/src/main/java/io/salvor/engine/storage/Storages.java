package io.salvor.engine.storage;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The storages that this version knows, by the address a person writes: {@code /path}, {@code
 * path}, or {@code file:/path} with percent-encoding as in RFC 8089.
 */
public final class Storages {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)");
  private static final String KNOWN = "this version knows /path and file:/path";

  private Storages() {}

  /** Opens what is there; creates nothing. */
  public static Storage open(String address) throws IOException {
    return DirectoryStorage.open(directory(address));
  }

  /**
   * Opens it to make a repository there, and makes the directory if it is missing.
   *
   * @throws SalvorException STORAGE_NOT_EMPTY if it holds what is no part of a repository
   */
  public static Storage create(String address) throws IOException {
    Path directory = directory(address);
    ForeignFiles.refuse(directory);
    return DirectoryStorage.create(directory);
  }

  /**
   * The directory that an address means, there or not.
   *
   * @throws SalvorException USAGE if it means none
   */
  public static Path directory(String address) {
    if (address.isBlank()) {
      throw usage(address, "it is empty", null);
    }
    try {
      Matcher match = SCHEME.matcher(address);
      if (!match.matches()) {
        return Path.of(address);
      }
      String scheme = match.group(1).toLowerCase(Locale.ROOT);
      if (!scheme.equals("file")) {
        throw usage(address, "there is no storage for " + scheme + ": here", null);
      }
      URI uri = new URI(address);
      String host = uri.getHost();
      if (uri.getPath() == null
          || uri.getPath().isEmpty()
          || (uri.getAuthority() != null && !"localhost".equals(host))) {
        throw usage(address, "a file: address is file: and an absolute path", null);
      }
      return Path.of(uri.getPath());
    } catch (URISyntaxException e) {
      throw usage(address, "it is not an address: " + e.getReason(), e);
    } catch (InvalidPathException e) {
      throw usage(address, "it is not a path: " + e.getReason(), e);
    }
  }

  private static SalvorException usage(String address, String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.USAGE,
        "cannot use the storage address \"" + address + "\"",
        why,
        KNOWN + "; a path with a colon in it is written ./like:this",
        cause);
  }
}
