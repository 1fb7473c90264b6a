package io.salvor.engine.kms;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SecretBox;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for a key service: the key lies in a file that only its owner can read, outside the
 * repository and on another disk than it. Destroying the key overwrites the file in place; what the
 * disk, a snapshot or a backup keeps of it is not reached, which a real service promises.
 *
 * <p>The file is text: {@code salvor key}, then {@code id}, {@code key} and {@code sha256} with hex
 * digits; of a destroyed key the second line is {@code destroyed}, of the same length.
 */
final class FileKeyService implements KeyService {
  private static final String FIRST = "salvor key";
  private static final String DOMAIN = "salvor/1 kms file";
  private static final int MOST = 4096;

  private final Path file;
  private final SecureRandom random;

  FileKeyService(Path file, SecureRandom random) {
    this.file = file;
    this.random = random;
  }

  @Override
  public String reference() {
    return "kms:file:" + file;
  }

  /** Makes the key if there is none; false if there is one. */
  boolean create() {
    byte[] key = new byte[SecretBox.KEY_SIZE];
    random.nextBytes(key);
    byte[] content = text(ObjectId.random(random), HexFormat.of().formatHex(key));
    Arrays.fill(key, (byte) 0);
    try {
      Path directory = file.getParent();
      if (directory == null) {
        throw failed("it is no file", null);
      }
      PrivateFiles.createDirectories(directory);
      if (!publish(content)) {
        return false;
      }
      PrivateFiles.forceDirectory(directory);
      return true;
    } catch (IOException e) {
      throw failed(e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    } finally {
      Arrays.fill(content, (byte) 0);
    }
  }

  /** Makes the file with its whole content, or not at all; false if there is one. */
  private boolean publish(byte[] content) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    String own = HexFormat.of().toHexDigits(random.nextLong());
    Path draft = file.resolveSibling(file.getFileName() + ".new-" + own);
    try {
      try (FileChannel channel = PrivateFiles.create(draft)) {
        PrivateFiles.writeFully(channel, ByteBuffer.wrap(content));
        channel.force(true);
      }
      try {
        // Unlike a rename, this never takes the place of a key that another has made meanwhile.
        Files.createLink(file, draft);
      } catch (FileAlreadyExistsException e) {
        return false;
      } catch (FileSystemException | UnsupportedOperationException e) {
        // No links on this file system.
        PrivateFiles.rename(draft, file);
      }
      return true;
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  @Override
  public byte[] wrap(byte[] secret, SortedMap<String, String> context) {
    if (secret.length > MOST) {
      throw new IllegalArgumentException("a secret of " + secret.length + " bytes");
    }
    Key key = read();
    byte[] box = SecretBox.seal(key.bytes, associated(context), secret, random);
    key.clear();
    return ByteBuffer.allocate(ObjectId.SIZE + box.length).put(key.id.bytes()).put(box).array();
  }

  @Override
  public Optional<byte[]> unwrap(byte[] wrapped, SortedMap<String, String> context) {
    Key key = read();
    try {
      if (wrapped.length < ObjectId.SIZE
          || !key.id.equals(ObjectId.from(ByteBuffer.wrap(wrapped)))) {
        return Optional.empty();
      }
      byte[] box = Arrays.copyOfRange(wrapped, ObjectId.SIZE, wrapped.length);
      return SecretBox.open(key.bytes, associated(context), box);
    } finally {
      key.clear();
    }
  }

  @Override
  public boolean isDestroyed() {
    try {
      read().clear();
      return false;
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.KMS_KEY_DESTROYED) {
        return true;
      }
      throw e;
    }
  }

  @Override
  public void destroy() {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      // In place, so that the same blocks are written where the file system does that.
      byte[] gone = new byte[Math.toIntExact(channel.size())];
      Arrays.fill(gone, (byte) '0');
      PrivateFiles.writeFully(channel.position(0), ByteBuffer.wrap(gone));
      channel.force(true);
      byte[] said = (FIRST + "\ndestroyed\n").getBytes(StandardCharsets.US_ASCII);
      PrivateFiles.writeFully(channel.position(0), ByteBuffer.wrap(said));
      channel.truncate(said.length);
      channel.force(true);
    } catch (IOException e) {
      throw failed("it cannot be destroyed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    // Nothing is kept between calls.
  }

  private record Key(ObjectId id, byte[] bytes) {
    void clear() {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private Key read() {
    byte[] content;
    try {
      content = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw failed("there is no such file", e);
    } catch (IOException e) {
      throw failed(e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
    String text = new String(content, StandardCharsets.ISO_8859_1);
    if (text.startsWith(FIRST + "\ndestroyed\n") || text.matches("0+")) {
      throw new SalvorException(
          ErrorCode.KMS_KEY_DESTROYED,
          "The key " + reference() + " was destroyed",
          "Its file says so",
          "Use another credential; what only this key could open is gone for good");
    }
    String[] lines = text.split("\n", -1);
    try {
      ObjectId id = ObjectId.parse(value(lines, 1, "id"));
      String key = value(lines, 2, "key");
      byte[] bytes = HexFormat.of().parseHex(key);
      if (bytes.length == SecretBox.KEY_SIZE && Arrays.equals(text(id, key), content)) {
        return new Key(id, bytes);
      }
    } catch (IllegalArgumentException e) {
      throw failed("it holds no key: " + e.getMessage(), e);
    }
    throw failed("its checksum does not fit: bytes were changed", null);
  }

  private static String value(String[] lines, int line, String name) {
    if (lines.length <= line || !lines[line].startsWith(name + " ")) {
      throw new IllegalArgumentException("no line for " + name);
    }
    return lines[line].substring(name.length() + 1);
  }

  private static byte[] text(ObjectId id, String key) {
    String body = FIRST + "\nid " + id + "\nkey " + key + "\n";
    byte[] sha = Sha256.of(body.getBytes(StandardCharsets.US_ASCII));
    return (body + "sha256 " + HexFormat.of().formatHex(sha) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] associated(SortedMap<String, String> context) {
    StringBuilder text = new StringBuilder(DOMAIN);
    context.forEach((name, value) -> text.append('\0').append(name).append('\0').append(value));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private SalvorException failed(String why, @Nullable Throwable cause) {
    return new SalvorException(
        ErrorCode.KMS_FAILED,
        "The key " + reference() + " cannot be used",
        why,
        "Check the reference, and that its file is there and may be read",
        cause);
  }
}
