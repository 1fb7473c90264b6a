package io.salvor.testkit.reader;

import io.salvor.testkit.reader.Objects.Form;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of an opened repository (§4). */
final class KeyRing {
  private final Objects objects;
  private final Findings findings;
  final Credential credential;
  private final Authority authority;
  private final Map<Id, byte[]> epochs = new HashMap<>();
  private final Map<Id, byte[]> sensitiveEpochs = new HashMap<>();
  private final byte[] rootSecret;
  private final byte @Nullable [] sensitiveRoot;

  /**
   * An epoch's object.
   *
   * @param proof of one of sensitive content, else null
   */
  private record Epoch(byte[] publicHalf, byte @Nullable [] proof) {}

  private KeyRing(Objects objects, Findings findings, Credential credential) throws IOException {
    this.objects = objects;
    this.findings = findings;
    this.credential = credential;
    this.authority = authority(objects, credential);
    Map<Id, Epoch> known = known();
    byte[] secret = null;
    byte[] sensitive = null;
    for (String name : objects.list(Form.GRANT)) {
      Grant grant = findings.attempt(name, () -> grant(name));
      if (grant != null) {
        DamageException.unless(
            secret == null || Arrays.equals(secret, grant.rootSecret()), "grants do not agree");
        DamageException.unless(
            sensitive == null
                || grant.sensitiveRoot() == null
                || Arrays.equals(sensitive, grant.sensitiveRoot()),
            "grants do not agree");
        secret = grant.rootSecret();
        sensitive = grant.sensitiveRoot() == null ? sensitive : grant.sensitiveRoot();
        epochs.putAll(grant.epochs());
        sensitiveEpochs.putAll(grant.sensitive());
      }
    }
    if (secret == null) {
      throw new DamageException("nothing was granted to the credential");
    }
    rootSecret = secret;
    sensitiveRoot = sensitive;
    for (var epoch : epochs.entrySet()) {
      findings.attempt(
          "keys/" + epoch.getKey() + ".epoch",
          () -> granted(epoch.getValue(), known.get(epoch.getKey()), null));
    }
    for (var epoch : sensitiveEpochs.entrySet()) {
      findings.attempt(
          "keys/" + epoch.getKey() + ".epoch",
          () -> granted(epoch.getValue(), known.get(epoch.getKey()), proof(epoch)));
    }
  }

  /** A private half fits its epoch's object, and that is of the right chain. */
  private static Epoch granted(byte[] half, @Nullable Epoch epoch, byte @Nullable [] proof)
      throws DamageException {
    if (epoch == null) {
      throw new DamageException("it was granted and is not there");
    }
    DamageException.unless(
        Arrays.equals(epoch.publicHalf(), Suite.x25519Public(half)),
        "the private half that was granted belongs to another public one");
    DamageException.unless(
        Arrays.equals(epoch.proof(), proof), "its proof is not that of the one granted");
    return epoch;
  }

  private byte[] proof(Map.Entry<Id, byte[]> epoch) {
    byte[] key = Suite.expand(sensitive(), "salvor/1 sensitive epoch", 32);
    byte[] publicHalf = Suite.x25519Public(epoch.getValue());
    return Suite.hmac(key, Bytes.join(epoch.getKey().bytes(), publicHalf));
  }

  /**
   * Opens a repository.
   *
   * @throws DamageException also if the passphrase is none of the repository's
   */
  static KeyRing open(Objects objects, byte[] passphrase, Findings findings) throws IOException {
    Description description = Description.parse(objects.read("salvor"));
    for (String name : objects.list(Form.CREDENTIAL)) {
      Credential credential =
          findings.attempt(
              name,
              () ->
                  Credential.open(
                      KeyObject.parse(objects.read(name), KeyObject.CREDENTIAL, Objects.id(name)),
                      passphrase));
      if (credential != null) {
        DamageException.unless(
            Arrays.equals(credential.descriptionHash(), description.hash()),
            "the object salvor is not what it was");
        return new KeyRing(objects, findings, credential);
      }
    }
    throw new DamageException("no credential has this passphrase");
  }

  private static Authority authority(Objects objects, Credential credential) throws IOException {
    if (credential.census().isEmpty()) {
      return credential.authority();
    }
    Credential.Census census = credential.census().get();
    byte[] object = objects.read("keys/" + census.id() + ".census");
    DamageException.unless(
        Arrays.equals(Suite.sha256(object), census.hash()), "the census was exchanged");
    Fields fields =
        KeyObject.parse(object, KeyObject.CENSUS, census.id())
            .signedBy(Authority.alone(credential.authority().publicKey()));
    fields.time(1);
    return credential.authority().with(fields.binary(0));
  }

  /** Whose signatures count. */
  Authority authority() {
    return authority;
  }

  private Map<Id, Epoch> known() throws IOException {
    Map<Id, Epoch> known = new HashMap<>();
    for (String name : objects.list(Form.EPOCH)) {
      findings.attempt(
          name,
          () -> {
            Fields fields = signed(name, KeyObject.EPOCH);
            fields.time(1);
            fields.idIfAny(2);
            byte[] proof = fields.has(3) ? fields.binary(3, 32) : null;
            known.put(Objects.id(name), new Epoch(fields.binary(0, 32), proof));
            return fields;
          });
    }
    return known;
  }

  private @Nullable Grant grant(String name) throws IOException {
    Fields fields = signed(name, KeyObject.GRANT);
    return fields.id(0).equals(credential.id())
        ? Grant.open(Objects.id(name), fields, credential)
        : null;
  }

  private Fields signed(String name, int kind) throws IOException {
    return KeyObject.parse(objects.read(name), kind, Objects.id(name)).signedBy(authority);
  }

  /** The private half of an epoch. */
  byte[] epoch(Id id) throws DamageException {
    byte[] privateHalf = epochs.get(id);
    if (privateHalf == null) {
      throw new DamageException("epoch " + id + " was not granted");
    }
    return privateHalf;
  }

  /** The private half of an epoch of sensitive content. */
  byte[] sensitiveEpoch(Id id) throws DamageException {
    byte[] privateHalf = sensitiveEpochs.get(id);
    if (privateHalf == null) {
      throw new DamageException("epoch " + id + " of sensitive content was not granted");
    }
    return privateHalf;
  }

  /** Whether sensitive content was granted. */
  boolean opensSensitive() {
    return sensitiveRoot != null;
  }

  private byte[] sensitive() {
    return java.util.Objects.requireNonNull(sensitiveRoot, "no sensitive root secret");
  }

  Id sensitiveBlobId(byte[] blob) {
    return Id.of(
        Suite.hmac(Suite.expand(sensitive(), "salvor/1 blob id sensitive data", 32), blob));
  }

  byte[] indexKey() {
    return Suite.expand(rootSecret, "salvor/1 index", 32);
  }

  Id dataBlobId(byte[] blob) {
    return Id.of(Suite.hmac(Suite.expand(rootSecret, "salvor/1 blob id data", 32), blob));
  }

  Id treeBlobId(byte[] blob) {
    return Id.of(Suite.hmac(Suite.expand(rootSecret, "salvor/1 blob id tree", 32), blob));
  }
}
