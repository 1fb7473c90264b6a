package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The object {@code salvor}: what a repository is, in plain text (docs/format.md §3).
 *
 * @param created to the second
 * @param erasable whether every credential is behind a key that can be destroyed
 */
public record RepositoryDescription(ObjectId id, Instant created, boolean erasable) {
  /** The object's name. */
  public static final ObjectName NAME = new ObjectName("salvor");

  /** The newest format that this program reads. */
  public static final int FORMAT = 1;

  private static final int MAX_SIZE = 4096;
  private static final Pattern FIRST_LINES =
      Pattern.compile("salvor repository\nformat ([1-9][0-9]{0,8})\n");

  public RepositoryDescription {
    created = created.truncatedTo(ChronoUnit.SECONDS);
  }

  /** One whose credentials may be passphrases. */
  public RepositoryDescription(ObjectId id, Instant created) {
    this(id, created, false);
  }

  /** The object's bytes. */
  public byte[] bytes() {
    String text =
        "salvor repository\nformat 1\nid %s\nsuite 1\ncreated %s\nerasable %s\n"
            .formatted(id, created, erasable ? "yes" : "no");
    return (text + "sha256 " + HexFormat.of().formatHex(Sha256.of(ascii(text))) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Reads the object strictly.
   *
   * @throws SalvorException FORMAT_NEWER for a newer format, whatever comes after its second line;
   *     REPOSITORY_DAMAGED for anything that is not exactly what {@link #bytes} writes
   */
  public static RepositoryDescription parse(byte[] bytes) {
    String text =
        new String(bytes, 0, Math.min(bytes.length, MAX_SIZE), StandardCharsets.ISO_8859_1);
    Matcher first = FIRST_LINES.matcher(text);
    if (!first.lookingAt()) {
      throw damaged("It does not begin like the description of a repository");
    }
    int format = Integer.parseInt(first.group(1));
    if (format > FORMAT && !isMangled(text)) {
      throw new SalvorException(
          ErrorCode.FORMAT_NEWER,
          "The repository has a newer format",
          "It is of format " + format + ", this program reads format " + FORMAT,
          "Use a newer release of salvor");
    }
    String[] lines = text.split("\n", -1);
    try {
      RepositoryDescription read =
          new RepositoryDescription(
              ObjectId.parse(value(lines, 2, "id")),
              Instant.parse(value(lines, 4, "created")),
              value(lines, 5, "erasable").equals("yes"));
      if (Arrays.equals(read.bytes(), bytes)) {
        return read;
      }
    } catch (IllegalArgumentException | DateTimeParseException e) {
      // Said below: whatever is wrong, the object is not what was written.
      throw damaged("It is not what was written: " + e.getMessage());
    }
    throw damaged("Its checksum does not fit: bytes were changed");
  }

  /** A format 1 object whose only fault is its number, which its checksum then shows. */
  private static boolean isMangled(String text) {
    int last = text.indexOf("sha256 ");
    if (last < 0) {
      return false;
    }
    String body = text.substring(0, last).replaceFirst("format [0-9]+", "format 1");
    return text.substring(last)
        .equals("sha256 " + HexFormat.of().formatHex(Sha256.of(ascii(body))) + "\n");
  }

  private static String value(String[] lines, int line, String name) {
    if (lines.length <= line || !lines[line].startsWith(name + " ")) {
      throw new IllegalArgumentException("no line for " + name);
    }
    return lines[line].substring(name.length() + 1);
  }

  private static SalvorException damaged(String why) {
    return KeyDamage.repository(
        "The object salvor is damaged",
        why,
        "`salvor repair --from <copy>` puts it back; every copy has the same bytes");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
