package io.salvor.engine.verify;

import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.VerifyReport.Depth;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks what can be checked without any key: that each object ends with the hash of what is before
 * it (docs/format.md §5.2, §6), and that {@code salvor} and a key are there. Whether something is
 * missing, or another object than it should be, cannot be told.
 */
public final class PlainVerification {
  private static final int PIECE = 1 << 20;

  private final Storage storage;
  private final Progress progress;
  private final Findings findings = new Findings(true);
  private long bytes;

  private PlainVerification(Storage storage, Progress progress) {
    this.storage = storage;
    this.progress = progress;
  }

  /**
   * Reads every object.
   *
   * @throws SalvorException REPOSITORY_MISSING if nothing is there; FORMAT_NEWER
   */
  public static VerifyReport run(Storage storage, Progress progress) throws IOException {
    return new PlainVerification(storage, progress).run();
  }

  private VerifyReport run() throws IOException {
    progress.phase("read");
    try {
      Keys.describe(storage);
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      findings.damage("salvor", e.getMessage() + ": " + e.why(), e.remedy());
    }
    Map<ObjectName, Long> objects = new TreeMap<>();
    boolean[] credential = new boolean[1];
    storage.list(
        "",
        info ->
            ObjectKind.of(info.name())
                .ifPresent(
                    kind -> {
                      objects.put(info.name(), info.size());
                      credential[0] |= kind == ObjectKind.CREDENTIAL;
                    }));
    if (!credential[0]) {
      findings.damage("keys/", "no credential is there", "put the key objects back from a copy");
    }
    progress.expect(objects.size(), objects.values().stream().mapToLong(Long::longValue).sum());
    for (Map.Entry<ObjectName, Long> object : objects.entrySet()) {
      progress.current(object.getKey().value());
      check(object.getKey(), object.getValue());
      progress.advance(1, object.getValue());
    }
    findings.notice(
        "salvor",
        "without a key nobody can tell whether objects are missing or are the right ones",
        "run `salvor verify` with the passphrase now and then");
    return new VerifyReport(Depth.CHECKSUMS, 0, bytes, findings.issues(), List.of(), List.of());
  }

  private void check(ObjectName name, long size) throws IOException {
    try {
      if (size <= Sha256.SIZE || !isIntact(name, size)) {
        findings.damage(
            name.value(),
            "its checksum does not fit: bytes were changed or lost",
            "`salvor repair --from` puts it back from a copy; `salvor verify` says what needs it");
      }
    } catch (NoSuchFileException e) {
      // Gone since it was listed, as sessions go.
      return;
    } catch (EOFException e) {
      findings.damage(name.value(), "it ends too early", "`salvor repair --from` puts it back");
    }
  }

  private boolean isIntact(ObjectName name, long size) throws IOException {
    MessageDigest digest = Sha256.start();
    long end = size - Sha256.SIZE;
    for (long at = 0; at < end; ) {
      progress.checkCancelled();
      byte[] piece = storage.get(name, at, (int) Math.min(PIECE, end - at));
      digest.update(piece);
      at += piece.length;
    }
    bytes += size;
    return Arrays.equals(digest.digest(), storage.get(name, end, Sha256.SIZE));
  }
}
