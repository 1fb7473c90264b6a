package io.salvor.testkit.fuzz;

import com.github.luben.zstd.Zstd;
import io.salvor.engine.backup.FuzzedClientMemory;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.crypto.FuzzedSealed;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.keys.FuzzedKeyObjects;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.pack.FuzzedPack;
import io.salvor.engine.restore.FuzzedRestoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes the seeds that no golden repository gives: {@code FuzzSeeds <directory of corpora>}. What
 * is there already stays; of sealed things each run would make others.
 */
final class FuzzSeeds {
  /** Which messages are sealed as objects of which kind. */
  private static final Map<ObjectKind, String> MESSAGES =
      Map.of(
          ObjectKind.INDEX_SEGMENT, "index-segment",
          ObjectKind.MANIFEST, "manifest",
          ObjectKind.SESSION_OPEN, "session-open",
          ObjectKind.CHECKPOINT, "checkpoint",
          ObjectKind.REVOCATION, "revocation",
          ObjectKind.CONDEMNATION, "condemnation",
          ObjectKind.LEDGER_ENTRY, "ledger-entry",
          ObjectKind.FACT, "fact",
          ObjectKind.JOURNAL_TAIL, "journal-tail");

  private final Path to;

  private FuzzSeeds(Path to) {
    this.to = to;
  }

  public static void main(String[] arguments) throws IOException {
    new FuzzSeeds(Path.of(arguments[0])).make();
  }

  private void make() throws IOException {
    for (ObjectKind kind : FuzzedSealed.KINDS) {
      byte[] message =
          kind == ObjectKind.SESSION_END
              ? new SessionRecord.End(FuzzedSealed.ID, true).encode()
              : there(MESSAGES.get(kind)).getFirst();
      keep("sealed-object", FuzzedSealed.keys().sealSmall(kind, FuzzedSealed.ID, message));
      keep("sealed-content", FuzzedSealed.signed(kind, message));
    }
    byte[] stored = FuzzedSealed.signed(ObjectKind.MANIFEST, new byte[2000]);
    byte[] squeezed = Zstd.compress(Arrays.copyOfRange(stored, 2, stored.length));
    keep("sealed-content", joined(new byte[] {32, 1}, squeezed));
    keep("pack", FuzzedPack.pack(FuzzedPack.sound()));
    keep("pack-endings", FuzzedPack.sound());
    keep("frame", joined(new byte[] {0, 0, 0, 5, 0}, text("frame")));
    byte[] packed = there("zstd").getFirst();
    int plain = (int) Zstd.getFrameContentSize(packed);
    keep("frame", joined(ByteBuffer.allocate(5).putInt(plain).put((byte) 1).array(), packed));
    keep("writer", FuzzedKeyObjects.admission());
    keep("announcement", FuzzedKeyObjects.announced());
    keep("census", FuzzedKeyObjects.counted());
    keep("writer-secrets", FuzzedKeyObjects.derived());
    for (byte[] entry : there("entry")) {
      keep("tar", entry);
    }
    keep("access-control-list", acl());
    keep("patterns", text("*.o\n!keep.o\n/build/**/x[!a-c]?\ndir/\nbuild/a/b/xd1"));
    keep("patterns", text("**/a*b*c*d\n\\#x\\ \n[[:alpha:]]*[]-]\naaabbbcccddd"));
    keep("key-text", text("a/b\\x00c\\\\d/\u00e4"));
    for (String age : List.of("12h", "30d", " 8 W", "6m", "7y")) {
      keep("age", text(age));
    }
    keep("kms-file", kms());
    keep("remembered", remembered());
    for (byte[] node : there("tree-node")) {
      if (node.length > 0 && node.length < 4_000) {
        byte[] records = FuzzedClientMemory.seed(node);
        keep("client-records", records);
        keep("client-memory", FuzzedClientMemory.sealed(records));
      }
    }
    for (byte[] plan : there("plan")) {
      Path file = Files.createTempFile("plan", "");
      Files.write(file, plan);
      for (byte[] step : FuzzedRestoreFiles.steps(file).stream().limit(2).toList()) {
        keep("plan-step", step);
      }
      keep("plan-header", FuzzedRestoreFiles.header(file));
      keep("restore-report", FuzzedRestoreFiles.report(file));
      Files.delete(file);
    }
  }

  private static byte[] acl() {
    ByteBuffer out = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(2);
    int[] tags = {1, 2, 4, 0x10, 0x20};
    for (int tag : tags) {
      out.putShort((short) tag).putShort((short) 6).putInt(tag == 2 ? 1000 : -1);
    }
    return out.array();
  }

  private static byte[] kms() throws IOException {
    Path file = Files.createTempDirectory("kms").resolve("key");
    KeyServices.createIfMissing("kms:file:" + file, new SecureRandom());
    return Files.readAllBytes(file);
  }

  /** Heads of a ledger. */
  private static byte[] remembered() {
    CborWriter out = new CborWriter().array();
    out.array().bytes16(1, 2).uint(3).bytes(new byte[32]).end();
    return out.end().toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  private List<byte[]> there(String target) throws IOException {
    try (Stream<Path> files = Files.list(to.resolve(target))) {
      List<byte[]> seeds = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        if (!String.valueOf(file.getFileName()).startsWith("broke-")) {
          seeds.add(Files.readAllBytes(file));
        }
      }
      return seeds;
    }
  }

  private void keep(String target, byte[] seed) throws IOException {
    Path directory = Files.createDirectories(to.resolve(target));
    for (int i = 0; i < 12; i++) {
      Path file = directory.resolve("seed-" + i);
      if (!Files.exists(file)) {
        Files.write(file, seed);
        return;
      }
    }
  }
}
