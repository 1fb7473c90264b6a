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
  private final Map<Id, byte[]> epochs = new HashMap<>();
  private final byte[] rootSecret;

  private KeyRing(Objects objects, Findings findings, Credential credential) throws IOException {
    this.objects = objects;
    this.findings = findings;
    this.credential = credential;
    Map<Id, byte[]> publicHalves = publicHalves();
    byte[] secret = null;
    for (String name : objects.list(Form.GRANT)) {
      Grant grant = findings.attempt(name, () -> grant(name));
      if (grant != null) {
        DamageException.unless(
            secret == null || Arrays.equals(secret, grant.rootSecret()), "grants do not agree");
        secret = grant.rootSecret();
        epochs.putAll(grant.epochs());
      }
    }
    if (secret == null) {
      throw new DamageException("nothing was granted to the credential");
    }
    rootSecret = secret;
    for (var epoch : epochs.entrySet()) {
      findings.attempt(
          "keys/" + epoch.getKey() + ".epoch",
          () -> {
            byte[] publicHalf = publicHalves.get(epoch.getKey());
            DamageException.unless(publicHalf != null, "it was granted and is not there");
            DamageException.unless(
                Arrays.equals(publicHalf, Suite.x25519Public(epoch.getValue())),
                "the private half that was granted belongs to another public one");
            return epoch;
          });
    }
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

  private Map<Id, byte[]> publicHalves() throws IOException {
    Map<Id, byte[]> halves = new HashMap<>();
    for (String name : objects.list(Form.EPOCH)) {
      findings.attempt(
          name,
          () -> {
            Fields fields = signed(name, KeyObject.EPOCH);
            fields.time(1);
            fields.idIfAny(2);
            halves.put(Objects.id(name), fields.binary(0, 32));
            return fields;
          });
    }
    return halves;
  }

  private @Nullable Grant grant(String name) throws IOException {
    Fields fields = signed(name, KeyObject.GRANT);
    return fields.id(0).equals(credential.id())
        ? Grant.open(Objects.id(name), fields, credential)
        : null;
  }

  private Fields signed(String name, int kind) throws IOException {
    return KeyObject.parse(objects.read(name), kind, Objects.id(name))
        .signedBy(credential.authority());
  }

  /** The private half of an epoch. */
  byte[] epoch(Id id) throws DamageException {
    byte[] privateHalf = epochs.get(id);
    if (privateHalf == null) {
      throw new DamageException("epoch " + id + " was not granted");
    }
    return privateHalf;
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
