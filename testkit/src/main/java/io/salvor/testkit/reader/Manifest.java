package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A backup's manifest (§10), as far as a reader needs it; the rest is checked and left out.
 *
 * @param id the backup's, as people write it
 * @param status 0 success, 1 partial, 2 interrupted, 3 failed
 * @param type 0 full, 1 incremental, 2 differential
 * @param entries total, added, changed, removed, failed
 * @param bytes read, logical, added, stored
 * @param segments of the index that its session wrote
 * @param sequence which of two backups is the later
 * @param checksum of this message
 */
public record Manifest(
    String id,
    Id session,
    int status,
    int type,
    String source,
    List<byte[]> paths,
    String host,
    String description,
    Map<String, String> tags,
    Time started,
    Time finished,
    String parent,
    List<Long> entries,
    List<Long> bytes,
    Tree.Root root,
    List<Id> segments,
    String provider,
    @Nullable Time heldUntil,
    long sequence,
    Id checksum) {
  private static final Pattern ID =
      Pattern.compile("[0-9]{8}-[0-9]{6}-[23456789abcdefghjkmnpqrstvwxyz]{5}");
  private static final long LAST_SEQUENCE = 1L << 40;

  static Manifest parse(byte[] message) throws DamageException {
    Fields fields = Fields.parse(message);
    String id = Cbor.text(fields.get(0));
    DamageException.unless(ID.matcher(id).matches(), "a backup's id has another form");
    boolean undo = fields.has(24);
    DamageException.unless(
        undo == fields.has(25) && undo == fields.has(27), "fields 24, 25 and 27 are not together");
    if (undo) {
      root(fields, 27);
    }
    fields.id(21);
    return new Manifest(
        id,
        fields.id(1),
        (int) fields.number(2, 0, 3),
        (int) fields.number(3, 0, 2),
        fields.text(4),
        paths(fields),
        fields.text(6),
        fields.text(7),
        fields.labels(8),
        fields.time(9),
        fields.time(10),
        fields.text(12),
        list(fields.counts(14, 5)),
        list(fields.counts(15, 4)),
        root(fields, 16),
        segments(fields),
        fields.text(22),
        undo ? fields.time(24) : null,
        fields.has(28) ? fields.number(28, 0, LAST_SEQUENCE) : 0,
        Id.of(Suite.sha256(message)));
  }

  private static Tree.Root root(Fields fields, int key) throws DamageException {
    List<Cbor> root = fields.tuple(key, 3);
    return new Tree.Root(
        Cbor.blobId(root.get(0)),
        (int) Cbor.number(root.get(1), 0, 32),
        Cbor.number(root.get(2), 0, Long.MAX_VALUE));
  }

  private static List<Id> segments(Fields fields) throws DamageException {
    List<Id> segments = new ArrayList<>();
    for (Cbor item : fields.array(19)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      Cbor.blobId(pair.get(1));
      segments.add(Cbor.id(pair.get(0)));
    }
    return segments;
  }

  private static List<byte[]> paths(Fields fields) throws DamageException {
    List<byte[]> paths = new ArrayList<>();
    for (Cbor item : fields.array(5)) {
      paths.add(Cbor.binary(item));
    }
    return paths;
  }

  private static List<Long> list(long[] counts) {
    return Arrays.stream(counts).boxed().toList();
  }

  /** Whether it is the later of two: clocks decide nothing. */
  boolean isLaterThan(Manifest other) {
    return sequence != other.sequence ? sequence > other.sequence : id.compareTo(other.id) > 0;
  }
}
