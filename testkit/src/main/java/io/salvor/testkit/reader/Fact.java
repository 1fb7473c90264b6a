package io.salvor.testkit.reader;

import java.util.List;
import java.util.Map;

/**
 * Something that is known of backups (§13).
 *
 * @param type the word of the page; a type that the page does not have is {@code unknown 9}
 * @param released the hold that a release ends, else empty
 * @param object the id of the object that it was read from
 */
public record Fact(
    Id object,
    String type,
    Time time,
    String author,
    List<String> backups,
    String reason,
    String released,
    Map<String, String> labels,
    Id id) {
  private static final List<String> TYPES =
      List.of("hold", "release", "tag", "verified", "restored", "forgotten");

  static Fact parse(Id object, byte[] message) throws DamageException {
    Fields fields = Fields.parse(message);
    int number = (int) fields.number(0, 1, Integer.MAX_VALUE);
    String type = number <= TYPES.size() ? TYPES.get(number - 1) : "unknown " + number;
    List<String> backups = fields.texts(3);
    DamageException.unless(
        switch (type) {
          case "hold", "release", "tag", "restored" -> backups.size() == 1;
          default -> true;
        },
        "a fact is about " + backups.size() + " backups");
    switch (type) {
      case "verified" -> verified(fields);
      case "restored" -> restored(fields);
      case "forgotten" -> forgotten(fields);
      default -> {}
    }
    return new Fact(
        object,
        type,
        fields.time(1),
        Cbor.text(fields.get(2)),
        backups,
        fields.text(4),
        type.equals("release") ? fields.id(5).hex() : "",
        type.equals("tag") ? fields.labels(6) : Map.of(),
        fields.id(17));
  }

  private static void verified(Fields fields) throws DamageException {
    fields.number(7, 0, Long.MAX_VALUE);
    fields.number(8, 0, 2);
    fields.flag(9);
    fields.number(10, 0, Long.MAX_VALUE);
    fields.number(11, 0, Long.MAX_VALUE);
    fields.packedIds(12);
  }

  private static void restored(Fields fields) throws DamageException {
    fields.number(7, 0, Long.MAX_VALUE);
    fields.number(11, 0, Long.MAX_VALUE);
    fields.number(13, 0, Long.MAX_VALUE);
    fields.text(14);
    fields.text(15);
  }

  private static void forgotten(Fields fields) throws DamageException {
    for (Cbor item : fields.array(16)) {
      List<Cbor> backup = Cbor.tuple(item, 6);
      Cbor.text(backup.get(0));
      Cbor.text(backup.get(1));
      Cbor.text(backup.get(2));
      Time.of(backup.get(3));
      Cbor.blobId(backup.get(4));
      Cbor.text(backup.get(5));
    }
  }
}
