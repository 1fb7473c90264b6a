package io.salvor.testkit.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a credential gives to who knows its passphrase (§4).
 *
 * @param authority who signs in the name of the repository, without the census
 * @param census the id and the hash of its object, if the authority has succeeded others
 */
record Credential(
    Id id,
    byte[] privateHalf,
    Authority authority,
    byte[] descriptionHash,
    Optional<Census> census) {
  /** The object that tells what earlier authorities have signed and counts. */
  record Census(Id id, byte[] hash) {}

  /** Opens it; null if it is no passphrase's, or another one's. */
  static @Nullable Credential open(KeyObject object, byte[] passphrase) throws DamageException {
    Fields fields = Fields.parse(object.message());
    if (fields.number(0, 0, Long.MAX_VALUE) != 0) {
      return null;
    }
    fields.text(1);
    fields.time(2);
    byte[] publicHalf = fields.binary(3, 32);
    byte[] kek = kek(fields, passphrase);
    byte[] sealed = fields.binary(6);
    DamageException.unless(sealed.length > 48, "its payload is too short");
    byte[] commitment = Suite.expand(kek, "salvor/1 commitment", 32);
    if (!Arrays.equals(commitment, Arrays.copyOf(sealed, 32))) {
      return null;
    }
    String label = "salvor/1 credential";
    byte[] associated = Bytes.join(Suite.utf8(label), object.id().bytes(), publicHalf);
    byte[] plain =
        Suite.open(
            Suite.expand(kek, label, 32),
            new byte[12],
            associated,
            Arrays.copyOfRange(sealed, 32, sealed.length));
    Fields payload = Fields.parse(plain);
    byte[] privateHalf = payload.binary(0, 32);
    DamageException.unless(
        Arrays.equals(publicHalf, Suite.x25519Public(privateHalf)),
        "its private half belongs to another public one");
    Optional<Census> census = Optional.empty();
    List<byte[]> earlier = new ArrayList<>();
    if (payload.has(3)) {
      List<Cbor> ancestry = payload.tuple(3, 3);
      census = Optional.of(new Census(Cbor.id(ancestry.get(0)), Cbor.binary(ancestry.get(1), 32)));
      for (Cbor one : Cbor.array(ancestry.get(2))) {
        earlier.add(Cbor.binary(one, 32));
      }
    }
    Authority authority = new Authority(payload.binary(1, 32), earlier, Set.of());
    return new Credential(object.id(), privateHalf, authority, payload.binary(2, 32), census);
  }

  private static byte[] kek(Fields fields, byte[] passphrase) throws DamageException {
    long[] cost = fields.counts(4, 3);
    long lanes = cost[2];
    DamageException.unless(lanes >= 1 && lanes <= 16, "it asks for " + lanes + " lanes");
    DamageException.unless(
        cost[0] >= 8 * lanes && cost[0] <= 1 << 20, "it asks for " + cost[0] + " KiB");
    DamageException.unless(cost[1] >= 1 && cost[1] <= 64, "it asks for " + cost[1] + " passes");
    return Suite.argon2id(
        passphrase, fields.binary(5, 32), (int) cost[0], (int) cost[1], (int) lanes);
  }
}
