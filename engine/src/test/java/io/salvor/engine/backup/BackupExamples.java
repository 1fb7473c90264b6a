package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Counts;
import io.salvor.engine.backup.Manifest.Failure;
import io.salvor.engine.backup.Manifest.Label;
import io.salvor.engine.backup.Manifest.Lineage;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.backup.Manifest.Volume;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.crypto.ExampleKeys;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.format.FormatExamples;
import io.salvor.engine.ledger.LedgerChange;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeRoot;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** Manifests, sessions and ledger entries (docs/format.md §10 to §12): their messages. */
public final class BackupExamples implements FormatExamples.Section {
  private static final Instant START = Instant.parse("2026-01-30T15:00:00Z");
  private static final BackupId ID = new BackupId("20260130-150000-k7f3q");
  private static final ObjectId SESSION = ObjectId.parse("505152535455565758595a5b5c5d5e5f");
  private static final ObjectId OBJECT = ObjectId.parse("707172737475767778797a7b7c7d7e7f");
  private static final ObjectId SEGMENT = ObjectId.parse("909192939495969798999a9b9c9d9e9f");
  private static final ObjectId BEFORE = ObjectId.parse("d0d1d2d3d4d5d6d7d8d9dadbdcdddedf");

  @Override
  public void write(FormatExamples out) {
    out.heading("Manifests, sessions and the ledger (§10 to §12)");
    out.say("Messages, which are signed and sealed as shown above.");
    TreeRoot root = new TreeRoot(new BlobId(1, 2, 3, 4), 1, 1000);
    byte[] checksum = ComponentChecksum.of("files", root);
    out.bytes("Checksum of a component of the provider `files`", checksum);
    byte[] manifest = ManifestCodec.encode(manifest(root, checksum));
    out.bytes("A manifest", manifest);
    out.bytes("Its checksum", Sha256.of(manifest));
    out.bytes(
        "`sessions/" + SESSION + "/open`",
        new SessionRecord.Open(SESSION, "host", START, null, "4711", "files:/srv", ID).encode());
    out.bytes(
        "`" + ObjectKind.checkpoint(SESSION, 1) + "`, its manifest cut to three bytes",
        new SessionRecord.Checkpoint(SESSION, 1, new byte[] {(byte) 0xa1, 0, 0}, false).encode());
    out.bytes("`sessions/" + SESSION + "/end`", new SessionRecord.End(SESSION, true).encode());
    LedgerEntry entry =
        new LedgerEntry(
            2,
            List.of(new LedgerEntry.Predecessor(BEFORE, Sha256.of(new byte[0]))),
            LedgerChange.adding(
                List.of(
                    new LedgerEntry.Added(
                        ObjectKind.MANIFEST.name(OBJECT).value(), Sha256.of(manifest), ID.text()))),
            START.plusSeconds(9),
            "root@host",
            Set.of());
    out.bytes("The ledger entry that adds the manifest", entry.encode());
  }

  private static Manifest manifest(TreeRoot root, byte[] checksum) {
    TreeMap<String, String> tags = new TreeMap<>();
    tags.put("env", "prod");
    byte[] path = "/srv".getBytes(StandardCharsets.US_ASCII);
    return new Manifest(
        ID,
        SESSION,
        BackupStatus.PARTIAL,
        new Origin("files", "files:/srv", List.of(path), "host", "root@host", ""),
        new Lineage(BackupType.FULL, null, null, 0),
        new Label("", tags),
        START,
        START.plusSeconds(9),
        new Counts(1000, 1000, 0, 0, 1),
        new Volume(5000, 5000, 4000, 3000),
        root,
        List.of(new Component("files:/srv", "files", BackupStatus.PARTIAL, 1000, 5000, checksum)),
        List.of(new Failure(Key.of("srv", "x").encoded(), "SLV-3003", "Permission denied")),
        List.of(new SegmentRef(SEGMENT, Sha256.of(new byte[] {1}))),
        "salvor 1",
        ExampleKeys.EPOCH,
        null);
  }
}
