package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.crypto.SigningKey;
import java.util.ArrayList;
import java.util.List;

/**
 * What a credential holds of the authorities before its own.
 *
 * @param census the id of the object that names what they have signed and counts
 * @param sha256 of that object
 * @param authorities their public keys, oldest first
 */
record Ancestry(ObjectId census, byte[] sha256, List<byte[]> authorities) {
  Ancestry {
    authorities = List.copyOf(authorities);
  }

  void encode(CborWriter out) {
    out.array().bytes(census.bytes()).bytes(sha256).array();
    authorities.forEach(out::bytes);
    out.end().end();
  }

  static Ancestry decode(CborReader in) {
    in.array(3);
    ObjectId census = ObjectId.from(in.view(ObjectId.SIZE));
    byte[] sha256 = in.bytes(Sha256.SIZE);
    List<byte[]> authorities = new ArrayList<>();
    for (int n = in.array(); n > 0; n--) {
      authorities.add(in.bytes(SigningKey.SIZE));
    }
    if (authorities.isEmpty()) {
      throw new MalformedException("a census of nobody");
    }
    return new Ancestry(census, sha256, authorities);
  }
}
