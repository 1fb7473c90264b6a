package io.salvor.engine.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.crypto.FixedRandom;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * A repository's key objects, with credentials that open them and a storage that can be changed.
 */
final class KeyShop implements AutoCloseable {
  static final Argon2id CHEAP = new Argon2id(8, 1, 1);
  static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-30T15:00:00Z"));
  static final byte[] SECRET = "what is protected".getBytes(StandardCharsets.UTF_8);

  final Storage storage;
  final SecureRandom random = new FixedRandom("register");

  /** One with a single credential, behind the passphrase {@code first}. */
  KeyShop(Path directory) throws IOException {
    storage = DirectoryStorage.open(directory);
    try (Passphrase first = passphrase("first")) {
      Keys.create(storage, first, "the first", CHEAP, random, CLOCK).close();
    }
  }

  @Override
  public void close() throws IOException {
    storage.close();
  }

  KmsKey kms(String reference) {
    return new KmsKey(KeyServices.open(reference, random));
  }

  /** A credential in use, with the ledger as it sees it. */
  final class Open implements AutoCloseable {
    final OpenedKeys keys;
    final Ledger ledger;

    Open(OpenedKeys keys, Ledger ledger) {
      this.keys = keys;
      this.ledger = ledger;
    }

    KeyRegister register() {
      return new KeyRegister(storage, keys, ledger, false, "tester", CLOCK, random);
    }

    @Override
    public void close() {
      keys.close();
    }
  }

  Open open(String passphrase) throws IOException {
    return open(passphrase(passphrase));
  }

  Open open(Opener opener) throws IOException {
    // As a repository is opened: io.salvor.engine.repository.Repository.
    Set<ObjectId> withdrawn = new HashSet<>();
    SalvorException why = null;
    while (true) {
      OpenedKeys keys;
      try {
        keys = Keys.unlock(storage, opener, withdrawn, Set.of(), random);
      } catch (SalvorException e) {
        throw why == null ? e : why;
      }
      Ledger ledger = Ledger.read(storage, keys.ring(), LedgerMemory.NONE);
      try {
        keys.audit(storage, ledger);
        return new Open(keys, ledger);
      } catch (SalvorException e) {
        if (e.code() != ErrorCode.CREDENTIAL_WITHDRAWN) {
          throw e;
        }
        why = e;
        withdrawn.add(keys.credential());
      }
    }
  }

  CredentialInfo add(String with, String passphrase, String label) throws IOException {
    try (Open open = open(with);
        Passphrase given = passphrase(passphrase)) {
      return open.register().add(given, label, CHEAP);
    }
  }

  byte[] seal(String with, ObjectId id) throws IOException {
    try (Open open = open(with)) {
      return open.keys.ring().sealSmall(ObjectKind.MANIFEST, id, SECRET);
    }
  }

  boolean opens(String with, byte[] object) throws IOException {
    ObjectId id = ObjectId.from(ByteBuffer.wrap(object, 8, ObjectId.SIZE));
    try (Open open = open(with)) {
      return Arrays.equals(open.keys.ring().openSmall(ObjectKind.MANIFEST, id, object), SECRET);
    }
  }

  List<Grant> grantsOf(ObjectId credential) throws IOException {
    try (Open open = open("first")) {
      return open.keys.table().grants().values().stream()
          .filter(grant -> grant.credential().equals(credential))
          .toList();
    }
  }

  List<ObjectName> keyObjects() throws IOException {
    return names("keys/");
  }

  List<ObjectName> names(String prefix) throws IOException {
    List<ObjectName> names = new ArrayList<>();
    storage.list(prefix, info -> names.add(info.name()));
    return names;
  }

  Map<ObjectName, byte[]> contents() throws IOException {
    Map<ObjectName, byte[]> contents = new TreeMap<>();
    for (ObjectName name : keyObjects()) {
      contents.put(name, storage.get(name));
    }
    return contents;
  }

  void replace(ObjectName name, byte[] content) {
    try {
      storage.delete(name);
      storage.put(name, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Passphrase passphrase(String text) {
    return Passphrase.of(text.getBytes(StandardCharsets.UTF_8));
  }

  static void assertFails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
  }

  /** Takes a grant away with the ledger's leave, as if it had never been made. */
  void hide(ObjectName grant, Open open) throws IOException {
    open.ledger.append(
        LedgerChange.removing(List.of(grant.value())), CLOCK.instant(), "test", random);
    storage.delete(grant);
  }
}
