package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.error.SalvorException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a grant holds: root secret, the authority's key, epochs by id.
 *
 * @param sensitive what opens sensitive content; null if that was not granted
 */
record Secrets(
    byte[] root,
    SigningKey authority,
    Map<ObjectId, SealingKey> epochs,
    @Nullable Sensitive sensitive) {
  static final int ROOT_SIZE = 32;

  /** A root secret and epochs for sensitive content. */
  record Sensitive(byte[] root, Map<ObjectId, SealingKey> epochs) {}

  /** The epochs' ids, ascending. */
  List<ObjectId> epochIds() {
    return epochs.keySet().stream().sorted().toList();
  }

  /** Those of sensitive content, ascending. */
  List<ObjectId> sensitiveIds() {
    return sensitive == null ? List.of() : sensitive.epochs.keySet().stream().sorted().toList();
  }

  /** The same without what opens sensitive content. */
  Secrets withoutSensitive() {
    return new Secrets(root, authority, epochs, null);
  }

  /**
   * The same with those of another grant.
   *
   * @throws io.salvor.engine.error.SalvorException KEY_DAMAGED if they are another repository's
   */
  Secrets with(Secrets other, Grant grant) {
    if (!Arrays.equals(root, other.root)) {
      throw foreign(grant);
    }
    Map<ObjectId, SealingKey> union = new TreeMap<>(epochs);
    union.putAll(other.epochs);
    return new Secrets(root, authority, union, union(sensitive, other.sensitive, grant));
  }

  private static @Nullable Sensitive union(
      @Nullable Sensitive one, @Nullable Sensitive other, Grant grant) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    if (!Arrays.equals(one.root, other.root)) {
      throw foreign(grant);
    }
    Map<ObjectId, SealingKey> union = new TreeMap<>(one.epochs);
    union.putAll(other.epochs);
    return new Sensitive(one.root, union);
  }

  void requireAuthority(byte[] publicKey, Grant grant) {
    if (!Arrays.equals(authority.publicKey(), publicKey)) {
      throw foreign(grant);
    }
  }

  private static SalvorException foreign(Grant grant) {
    return KeyDamage.of(ObjectKind.GRANT.name(grant.id()), "Its secrets are another repository's");
  }

  byte[] encode() {
    byte[] seed = authority.seed();
    CborWriter out = new CborWriter().map().key(0).bytes(root).key(1).bytes(seed).key(2).array();
    Arrays.fill(seed, (byte) 0);
    encode(epochs, out);
    out.end();
    if (sensitive != null) {
      out.key(3).bytes(sensitive.root).key(4).array();
      encode(sensitive.epochs, out);
      out.end();
    }
    byte[] plain = out.end().toByteArray();
    Arrays.fill(out.buffer(), (byte) 0);
    return plain;
  }

  private static void encode(Map<ObjectId, SealingKey> epochs, CborWriter out) {
    new TreeMap<>(epochs)
        .forEach(
            (id, key) -> {
              byte[] half = key.privateHalf();
              out.array().bytes(id.bytes()).bytes(half).end();
              Arrays.fill(half, (byte) 0);
            });
  }

  private static Map<ObjectId, SealingKey> epochs(CborReader in) {
    Map<ObjectId, SealingKey> epochs = new TreeMap<>();
    for (int n = in.array(); n > 0; n--) {
      in.array(2);
      ObjectId id = ObjectId.from(in.view(ObjectId.SIZE));
      byte[] half = in.bytes(SealingKey.SIZE);
      epochs.put(id, SealingKey.of(half));
      Arrays.fill(half, (byte) 0);
    }
    return epochs;
  }

  static Secrets decode(byte[] plain) {
    byte @Nullable [] root = null;
    @Nullable SigningKey authority = null;
    Map<ObjectId, SealingKey> epochs = Map.of();
    byte @Nullable [] sensitiveRoot = null;
    Map<ObjectId, SealingKey> sensitive = Map.of();
    CborReader in = new CborReader(plain);
    in.map();
    for (int key; (key = in.nextKey()) >= 0; ) {
      switch (key) {
        case 0 -> root = in.bytes(ROOT_SIZE);
        case 1 -> {
          byte[] seed = in.bytes(SigningKey.SIZE);
          authority = SigningKey.of(seed);
          Arrays.fill(seed, (byte) 0);
        }
        case 2 -> epochs = epochs(in);
        case 3 -> sensitiveRoot = in.bytes(ROOT_SIZE);
        case 4 -> sensitive = epochs(in);
        default -> in.skip();
      }
    }
    in.end();
    if (root == null || authority == null || epochs.isEmpty()) {
      throw new MalformedException("a field is missing");
    }
    if ((sensitiveRoot == null) != sensitive.isEmpty()) {
      throw new MalformedException("a sensitive root without epochs, or epochs without one");
    }
    return new Secrets(
        root,
        authority,
        epochs,
        sensitiveRoot == null ? null : new Sensitive(sensitiveRoot, sensitive));
  }
}
