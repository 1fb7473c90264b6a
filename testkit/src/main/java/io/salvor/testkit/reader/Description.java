package io.salvor.testkit.reader;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The object {@code salvor} (§3).
 *
 * @param hash the SHA-256 of the whole object, which credentials repeat
 */
record Description(Id id, Instant created, byte[] hash) {
  private static final Pattern FORMAT = Pattern.compile("salvor repository\nformat ([0-9]{1,9})\n");
  private static final Pattern WHOLE =
      Pattern.compile(
          """
          salvor repository
          format 1
          id ([0-9a-f]{32})
          suite 1
          created ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)
          erasable no
          """);

  static Description parse(byte[] object) throws DamageException {
    String text = new String(object, StandardCharsets.ISO_8859_1);
    Matcher format = FORMAT.matcher(text);
    DamageException.unless(format.lookingAt(), "this is no repository");
    DamageException.unless(format.group(1).equals("1"), "format " + format.group(1) + " is newer");
    int end = text.indexOf("sha256 ");
    DamageException.unless(end > 0, "the checksum is missing");
    byte[] sum = Suite.sha256(Arrays.copyOf(object, end));
    DamageException.unless(
        text.substring(end).equals("sha256 " + HexFormat.of().formatHex(sum) + "\n"),
        "the checksum is wrong");
    Matcher whole = WHOLE.matcher(text.substring(0, end));
    DamageException.unless(whole.matches(), "it has another form than format 1");
    try {
      List<String> groups = List.of(whole.group(1), whole.group(2));
      return new Description(
          new Id(groups.get(0)), Instant.parse(groups.get(1)), Suite.sha256(object));
    } catch (DateTimeParseException e) {
      throw new DamageException("the time of its creation is none");
    }
  }
}
