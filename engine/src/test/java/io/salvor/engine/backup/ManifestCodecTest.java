package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Counts;
import io.salvor.engine.backup.Manifest.Failure;
import io.salvor.engine.backup.Manifest.Label;
import io.salvor.engine.backup.Manifest.Lineage;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.backup.Manifest.UndoOf;
import io.salvor.engine.backup.Manifest.Volume;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.tree.TreeRoot;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManifestCodecTest {
  private static final BackupId ID = new BackupId("20260130-150000-k7f3q");
  private static final TreeRoot ROOT = new TreeRoot(new BlobId(1, 2, 3, 4), 2, 1234);

  @Test
  void whatWasWrittenIsRead() {
    for (Manifest manifest : List.of(full(null), full(undo()), bare())) {
      byte[] bytes = ManifestCodec.encode(manifest);
      Manifest read = ManifestCodec.decode(bytes);
      assertThat(read).usingRecursiveComparison().isEqualTo(manifest);
      assertThat(ManifestCodec.encode(read)).isEqualTo(bytes);
    }
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = ManifestCodec.encode(full(undo()));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> ManifestCodec.decode(cut)).isInstanceOf(MalformedException.class);
    }
  }

  @Test
  void noFlippedByteGivesAnotherKindOfFailure() {
    byte[] bytes = ManifestCodec.encode(full(undo()));
    for (int i = 0; i < bytes.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = bytes.clone();
        flipped[i] ^= (byte) (1 << bit);
        try {
          assertThat(ManifestCodec.decode(flipped)).isNotNull();
        } catch (MalformedException e) {
          assertThat(e.getMessage()).isNotBlank();
        }
      }
    }
  }

  @Test
  void moreThanAManifestIsRefused() {
    byte[] bytes = ManifestCodec.encode(bare());
    byte[] more = Arrays.copyOf(bytes, bytes.length + 1);
    assertThatThrownBy(() -> ManifestCodec.decode(more)).isInstanceOf(MalformedException.class);
  }

  @Test
  void theNumberInItsLineOfBackupsHasBounds() {
    Manifest most = numbered(Manifest.MAX_SEQUENCE);
    assertThat(ManifestCodec.decode(ManifestCodec.encode(most)).lineage().sequence())
        .isEqualTo(Manifest.MAX_SEQUENCE);
    byte[] over = ManifestCodec.encode(numbered(Manifest.MAX_SEQUENCE + 1));
    assertThatThrownBy(() -> ManifestCodec.decode(over)).isInstanceOf(MalformedException.class);
    assertThat(ManifestCodec.encode(numbered(0)))
        .as("without one it is written as it was before there were any")
        .hasSizeLessThan(ManifestCodec.encode(numbered(1)).length);
  }

  private static Manifest numbered(long sequence) {
    return new ManifestLike(bare())
        .lineage(new Lineage(BackupType.FULL, null, null, sequence))
        .make();
  }

  @Test
  void whatIsSensitiveIsWrittenAndReadBack() {
    Manifest m = full(null);
    Patterns patterns = new Patterns(List.of(), List.of(), List.of("*.key"));
    Origin o = m.origin();
    Origin with =
        new Origin(
            o.provider(), o.source(), o.paths(), o.host(), o.createdBy(), o.group(), patterns);
    Manifest sensitive = new ManifestLike(m).origin(with).make();
    Manifest read = ManifestCodec.decode(ManifestCodec.encode(sensitive));
    assertThat(read.origin().patterns().sensitive()).containsExactly("*.key");
  }

  @Test
  void aComponentsChecksumTellsEveryRootAndProviderApart() {
    TreeRoot other = new TreeRoot(new BlobId(1, 2, 3, 5), 2, 1234);
    TreeRoot fewer = new TreeRoot(new BlobId(1, 2, 3, 4), 2, 1233);
    List<String> all =
        List.of(hex("files", ROOT), hex("other", ROOT), hex("files", other), hex("files", fewer));
    assertThat(all).doesNotHaveDuplicates();
  }

  private static String hex(String provider, TreeRoot root) {
    return HexFormat.of().formatHex(ComponentChecksum.of(provider, root));
  }

  private static Manifest full(@Nullable UndoOf undo) {
    TreeMap<String, String> tags = new TreeMap<>();
    tags.put("env", "prod");
    tags.put("app", "shop");
    return new Manifest(
        ID,
        new ObjectId(5, 6),
        BackupStatus.PARTIAL,
        new Origin(
            "files",
            "/srv /var",
            List.of(new byte[] {1}, new byte[] {2, 3}),
            "h",
            "me",
            "g",
            new Patterns(List.of("*.conf"), List.of("b", "a"))),
        new Lineage(BackupType.DIFFERENTIAL, ID, ID, 7),
        new Label("before the upgrade", tags),
        Instant.ofEpochSecond(1_700_000_000, 1),
        Instant.ofEpochSecond(1_700_000_009, 999_999_999),
        new Counts(10, 1, 2, 3, 4),
        new Volume(100, 90, 80, 70),
        ROOT,
        List.of(new Component("/srv", "files", BackupStatus.PARTIAL, 10, 90, new byte[32])),
        List.of(new Failure(new byte[] {9}, "SLV-3003", "no")),
        List.of(new SegmentRef(new ObjectId(7, 8), new byte[32])),
        "0.1.0",
        new ObjectId(9, 10),
        undo);
  }

  private static UndoOf undo() {
    return new UndoOf("20260130-150000-22222", Instant.ofEpochSecond(1_800_000_000), ROOT);
  }

  private static Manifest bare() {
    return new Manifest(
        ID,
        ObjectId.ZERO,
        BackupStatus.SUCCESS,
        new Origin("", "", List.of(), "", "", ""),
        new Lineage(BackupType.FULL, null, null, 0),
        new Label("", new TreeMap<>()),
        Instant.EPOCH,
        Instant.EPOCH,
        new Counts(0, 0, 0, 0, 0),
        new Volume(0, 0, 0, 0),
        ROOT,
        List.of(),
        List.of(),
        List.of(),
        "",
        ObjectId.ZERO,
        null);
  }
}
