package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * That an authority gets a successor, in its own words (docs/format.md §4).
 *
 * @param successor the successor's public key
 * @param aside grants of successors that were announced before and did not come to a credential
 */
record Announcement(ObjectId id, byte[] successor, Set<ObjectId> aside) {

  KeyObject encode(Instant now, SigningKey authority) {
    CborWriter out = new CborWriter().map().key(0).bytes(successor).key(1).time(now);
    if (!aside.isEmpty()) {
      out.key(2).array();
      new TreeSet<>(aside).forEach(grant -> out.bytes(grant.bytes()));
      out.end();
    }
    byte[] message = out.end().toByteArray();
    return new KeyObject(
        ObjectKind.AUTHORITY, id, SignedMessage.sign(authority, ObjectKind.AUTHORITY, id, message));
  }

  /** Those that this authority has signed. */
  static List<Announcement> of(KeyObjects objects, byte[] authority) {
    List<Announcement> announcements = new ArrayList<>();
    for (KeyObject object : objects.announcements()) {
      SignedMessage.verify(authority, ObjectKind.AUTHORITY, object.id(), object.message())
          .ifPresent(message -> announcements.add(decode(object, message)));
    }
    return announcements;
  }

  /**
   * Reads what was signed.
   *
   * @throws SalvorException KEY_DAMAGED
   */
  static Announcement decode(KeyObject object, byte[] message) {
    byte[] successor = new byte[0];
    Set<ObjectId> aside = new TreeSet<>();
    try {
      CborReader in = new CborReader(message);
      in.map();
      for (int key; (key = in.nextKey()) >= 0; ) {
        switch (key) {
          case 0 -> successor = in.bytes(SigningKey.SIZE);
          case 2 -> {
            for (int n = in.array(); n > 0; n--) {
              aside.add(ObjectId.from(in.view(ObjectId.SIZE)));
            }
          }
          default -> in.skip();
        }
      }
      in.end();
    } catch (MalformedException e) {
      throw KeyDamage.of(object.name(), "It is no announcement: " + e.getMessage(), e);
    }
    return new Announcement(object.id(), successor, aside);
  }

  /** What opens the repository under the announced one, or is about to. */
  List<Grant> grants(KeyObjects objects) {
    List<Grant> grants = new ArrayList<>();
    for (KeyObject object : objects.grants()) {
      if (SignedMessage.verify(successor, ObjectKind.GRANT, object.id(), object.message())
          .isPresent()) {
        grants.add(Grant.decode(object, Authority.of(successor)));
      }
    }
    return grants;
  }

  /**
   * The grants of announced successors that have no credential yet: of runs that died, or are at
   * work. One that has may be in use.
   *
   * @param own the successor's key whose own are passed over
   * @throws SalvorException CREDENTIAL_NEEDED if there is one that may be in use
   */
  static Set<ObjectId> unfinished(Storage storage, KeyObjects objects, byte[] authority, byte[] own)
      throws IOException {
    List<Announcement> announced = of(objects, authority);
    Set<ObjectId> unfinished = new TreeSet<>();
    for (Announcement one : announced) {
      if (Arrays.equals(one.successor, own)) {
        continue;
      }
      for (Grant grant : one.grants(objects)) {
        ObjectName credential = ObjectKind.CREDENTIAL.name(grant.credential());
        if (storage.find(credential).isPresent()) {
          throw new SalvorException(
              ErrorCode.CREDENTIAL_NEEDED,
              "Another authority was announced before, and what opens the repository under it may"
                  + " be in use",
              "`salvor key rotate --authority` was cut off, or goes on; its credential is "
                  + credential,
              "Run it with the passphrase or key that was new then; only if nobody can have used"
                  + " that, delete the object and run it again");
        }
        unfinished.add(grant.id());
      }
    }
    return unfinished;
  }

  /** Whether somebody who was announced by this authority has set the grant aside. */
  static boolean isAside(KeyObjects objects, byte[] authority, ObjectId grant) {
    return of(objects, authority).stream().anyMatch(one -> one.aside.contains(grant));
  }
}
