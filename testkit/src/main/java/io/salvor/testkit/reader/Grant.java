package io.salvor.testkit.reader;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The secrets that are sealed to a credential (§4).
 *
 * @param seed the authority's private seed
 * @param epochs private halves by epoch
 * @param sensitiveRoot null if sensitive content was not granted
 * @param sensitive private halves by epoch of sensitive content
 */
record Grant(
    byte[] rootSecret,
    byte[] seed,
    SortedMap<Id, byte[]> epochs,
    byte @Nullable [] sensitiveRoot,
    SortedMap<Id, byte[]> sensitive) {
  /** Opens a grant of this credential. */
  static Grant open(Id grant, Fields fields, Credential credential) throws DamageException {
    DamageException.unless(
        Arrays.equals(fields.binary(3, 32), Suite.x25519Public(credential.privateHalf())),
        "it is sealed to another public half");
    byte[] plain =
        Hpke.open(
            credential.privateHalf(),
            fields.binary(1, 32),
            Suite.utf8("salvor/1 grant"),
            Bytes.join(credential.id().bytes(), grant.bytes()),
            fields.binary(2));
    Fields secrets = Fields.parse(plain);
    SortedMap<Id, byte[]> epochs = epochs(secrets.array(2));
    SortedMap<Id, byte[]> sensitive = epochs(secrets.array(4));
    DamageException.unless(
        fields.ids(fields.array(4)).equals(List.copyOf(epochs.keySet()))
            && fields.ids(fields.array(5)).equals(List.copyOf(sensitive.keySet())),
        "it holds other epochs than it says");
    byte[] sensitiveRoot = secrets.has(3) ? secrets.binary(3, 32) : null;
    DamageException.unless(
        (sensitiveRoot == null) == sensitive.isEmpty(), "fields 3 and 4 go together");
    byte[] seed = secrets.binary(1, 32);
    DamageException.unless(
        Arrays.equals(Suite.ed25519Public(seed), credential.authority().publicKey()),
        "it holds the seed of another authority");
    return new Grant(secrets.binary(0, 32), seed, epochs, sensitiveRoot, sensitive);
  }

  private static SortedMap<Id, byte[]> epochs(List<Cbor> items) throws DamageException {
    SortedMap<Id, byte[]> epochs = new TreeMap<>();
    for (Cbor item : items) {
      List<Cbor> epoch = Cbor.tuple(item, 2);
      Id id = Cbor.id(epoch.get(0));
      DamageException.unless(
          epochs.isEmpty() || epochs.lastKey().compareTo(id) < 0, "epochs do not ascend");
      epochs.put(id, Cbor.binary(epoch.get(1), 32));
    }
    return epochs;
  }
}
