package io.salvor.engine.crypto;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The write-only clients that were admitted, by their marks; withdrawn ones too. */
final class Writers {
  /** The kinds that a write-only client signs. */
  private static final Set<ObjectKind> SIGNED =
      Set.of(
          ObjectKind.INDEX_SEGMENT,
          ObjectKind.MANIFEST,
          ObjectKind.SESSION_OPEN,
          ObjectKind.CHECKPOINT,
          ObjectKind.SESSION_END,
          ObjectKind.LEDGER_ENTRY);

  private final Map<Long, KeyRing.Writer> byMark = new ConcurrentHashMap<>();

  Writers(List<KeyRing.Writer> writers) {
    writers.forEach(w -> byMark.put(w.id().high(), w));
  }

  /** Takes in those that were admitted since. */
  void learn(List<KeyRing.Writer> more) {
    more.forEach(w -> byMark.putIfAbsent(w.id().high(), w));
  }

  /** Whether write-only clients sign this kind. */
  static boolean isSigned(ObjectKind kind) {
    return SIGNED.contains(kind);
  }

  /** The one that has this key. */
  KeyRing.Writer with(byte[] publicKey) {
    return byMark.values().stream()
        .filter(w -> Arrays.equals(w.publicKey(), publicKey))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the signer is not admitted"));
  }

  KeyRing.@Nullable Writer of(ObjectId id) {
    return byMark.get(id.high());
  }

  /** A writer signs a few kinds, and only under ids that have its mark. */
  Optional<byte[]> verify(ObjectKind kind, ObjectId id, byte[] content) {
    KeyRing.@Nullable Writer writer = SIGNED.contains(kind) ? of(id) : null;
    return writer == null
        ? Optional.empty()
        : SignedMessage.verify(writer.publicKey(), kind, id, content);
  }
}
