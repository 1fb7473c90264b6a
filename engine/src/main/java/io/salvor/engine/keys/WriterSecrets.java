package io.salvor.engine.keys;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.SigningKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a write-only client is granted: derived keys without the root secret, and its own key. */
record WriterSecrets(DerivedKeys derived, SigningKey signer) implements AutoCloseable {
  static final int DERIVED = 5;
  static final int SEED = 6;

  byte[] encode() {
    byte[] seed = signer.seed();
    CborWriter out = new CborWriter().map().key(DERIVED).array();
    out.bytes(derived.index()).bytes(derived.dataId()).bytes(derived.treeId());
    out.bytes(derived.gear()).bytes(derived.boundary()).end();
    byte[] plain = out.key(SEED).bytes(seed).end().toByteArray();
    Arrays.fill(seed, (byte) 0);
    Arrays.fill(out.buffer(), (byte) 0);
    return plain;
  }

  static WriterSecrets decode(byte[] plain) {
    @Nullable DerivedKeys derived = null;
    @Nullable SigningKey signer = null;
    CborReader in = new CborReader(plain);
    in.map();
    for (int key; (key = in.nextKey()) >= 0; ) {
      switch (key) {
        case DERIVED -> {
          in.array(5);
          derived =
              new DerivedKeys(
                  in.bytes(DerivedKeys.SIZE),
                  in.bytes(DerivedKeys.SIZE),
                  in.bytes(DerivedKeys.SIZE),
                  in.bytes(DerivedKeys.GEAR_SIZE),
                  in.bytes(DerivedKeys.BOUNDARY_SIZE));
        }
        case SEED -> {
          byte[] seed = in.bytes(SigningKey.SIZE);
          signer = SigningKey.of(seed);
          Arrays.fill(seed, (byte) 0);
        }
        default -> in.skip();
      }
    }
    in.end();
    if (derived == null || signer == null) {
      throw new MalformedException("a field is missing");
    }
    return new WriterSecrets(derived, signer);
  }

  @Override
  public void close() {
    derived.close();
    signer.close();
  }
}
