package io.salvor.engine.keys;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** A passphrase as UTF-8. Closing it destroys the bytes. */
public final class Passphrase implements Opener {
  private static final String VARIABLE = "SALVOR_PASSWORD";
  private static final String FILE_VARIABLE = "SALVOR_PASSWORD_FILE";

  private final byte[] bytes;

  private Passphrase(byte[] bytes) {
    if (bytes.length == 0) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_MISSING,
          "The passphrase is empty",
          "An empty passphrase would protect nothing",
          "Set SALVOR_PASSWORD or SALVOR_PASSWORD_FILE, or give --password-file");
    }
    this.bytes = bytes;
  }

  /** A passphrase that was typed; the characters are copied. */
  public static Passphrase of(char[] characters) {
    ByteBuffer utf8 = StandardCharsets.UTF_8.encode(CharBuffer.wrap(characters));
    byte[] bytes = new byte[utf8.remaining()];
    utf8.get(bytes);
    Arrays.fill(utf8.array(), (byte) 0);
    return new Passphrase(bytes);
  }

  /** A passphrase of these bytes, which are copied. */
  public static Passphrase of(byte[] utf8) {
    return new Passphrase(utf8.clone());
  }

  /**
   * Reads a file; one newline at its end is not part of the passphrase.
   *
   * @throws SalvorException CREDENTIAL_MISSING if it cannot be read
   */
  public static Passphrase read(Path file) {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_MISSING,
          "The passphrase file " + file + " cannot be read",
          e.getClass().getSimpleName() + ": " + e.getMessage(),
          "Name a file that holds the passphrase and that you may read",
          e);
    }
    int length = content.length;
    if (length > 0 && content[length - 1] == '\n') {
      length--;
    }
    byte[] bytes = Arrays.copyOf(content, length);
    Arrays.fill(content, (byte) 0);
    return new Passphrase(bytes);
  }

  /**
   * The passphrase that the option {@code --password-file} names, else {@code SALVOR_PASSWORD},
   * else {@code SALVOR_PASSWORD_FILE}; empty if there is none of them.
   */
  public static Optional<Passphrase> find(Optional<Path> option, Map<String, String> environment) {
    if (option.isPresent()) {
      return Optional.of(read(option.get()));
    }
    String value = environment.get(VARIABLE);
    if (value != null) {
      return Optional.of(new Passphrase(value.getBytes(StandardCharsets.UTF_8)));
    }
    String file = environment.get(FILE_VARIABLE);
    if (file == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(Path.of(file)));
    } catch (InvalidPathException e) {
      throw new SalvorException(
          ErrorCode.CREDENTIAL_MISSING,
          FILE_VARIABLE + " does not name a file",
          e.getReason(),
          "Name a file that holds the passphrase and that you may read",
          e);
    }
  }

  /** The bytes themselves; not to be changed or kept. */
  byte[] bytes() {
    return bytes;
  }

  @Override
  public String describe() {
    return "The passphrase";
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }
}
