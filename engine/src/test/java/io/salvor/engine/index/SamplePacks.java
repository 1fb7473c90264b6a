package io.salvor.engine.index;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SensitiveKeys;
import io.salvor.engine.crypto.SigningKey;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Key rings and descriptions of packs that are not there. */
public final class SamplePacks {
  private SamplePacks() {}

  /** A ring of new secrets, those for sensitive content with them. */
  public static KeyRing ring() {
    SecureRandom random = new SecureRandom();
    SigningKey authority = SigningKey.generate(random);
    ObjectId epoch = ObjectId.random(random);
    SealingKey ordinary = SealingKey.generate(random);
    SealingKey sensitive = SealingKey.generate(random);
    return new KeyRing(
        DerivedKeys.of(random.generateSeed(32)),
        Authority.of(authority.publicKey()),
        authority,
        Map.of(epoch, ordinary),
        new KeyRing.Recipient(epoch, ordinary.publicHalf()),
        new SensitiveKeys(
            random.generateSeed(32),
            Map.of(epoch, sensitive),
            new KeyRing.Recipient(epoch, sensitive.publicHalf())),
        List.of(),
        random);
  }

  static PackDescription pack(Random random, BlobKind kind, int frames, int blobsEach) {
    List<FrameDescription> list = new ArrayList<>();
    long size = PackDescription.HEADER_SIZE + PackDescription.TAIL_SIZE + 4;
    for (int i = 0; i < frames; i++) {
      byte[] ids = new byte[32 * blobsEach];
      random.nextBytes(ids);
      list.add(frame(random, ids));
      size += list.getLast().stored() + list.getLast().encodedSize();
    }
    byte[] sha256 = new byte[32];
    random.nextBytes(sha256);
    return new PackDescription(
        new ObjectId(random.nextLong(), random.nextLong()), sha256, size, kind, list);
  }

  static FrameDescription frame(Random random, byte[] ids) {
    int[] ends = new int[ids.length / 32];
    int end = 0;
    for (int b = 0; b < ends.length; b++) {
      end += 1 + random.nextInt(4000);
      ends[b] = end;
    }
    boolean stored = random.nextBoolean();
    return new FrameDescription(
        stored ? end + 16 : 17 + random.nextInt(end), (byte) (stored ? 0 : 1), ids, ends);
  }
}
