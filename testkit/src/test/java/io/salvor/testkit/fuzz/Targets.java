package io.salvor.testkit.fuzz;

import io.salvor.engine.backup.FuzzedClientMemory;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.content.FuzzedLists;
import io.salvor.engine.crypto.FuzzedSealed;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.fact.FuzzedFact;
import io.salvor.engine.fact.Note;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDirectory;
import io.salvor.engine.journal.FuzzedRanges;
import io.salvor.engine.journal.Tail;
import io.salvor.engine.keys.FuzzedKeyObjects;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.kms.FuzzedKms;
import io.salvor.engine.ledger.LedgerEntry;
import io.salvor.engine.pack.FuzzedPack;
import io.salvor.engine.pattern.IgnorePattern;
import io.salvor.engine.pattern.PatternList;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.FuzzedPlaces;
import io.salvor.engine.restore.FuzzedRestoreFiles;
import io.salvor.engine.retention.Age;
import io.salvor.engine.tar.FuzzedTar;
import io.salvor.engine.tree.FuzzedNode;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.KeyText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Every parser of the format, of the files that restores keep, and of what people write. */
final class Targets {
  private static final int SHA256 = 32;

  private Targets() {}

  static List<Target> all() {
    return List.of(
        Target.of(
            "cbor",
            (bytes, _) -> {
              CborReader in = new CborReader(bytes);
              in.skip();
              in.end();
              return in;
            }),
        Target.of("zstd", (bytes, _) -> Zstd.decompress(bytes, 0, bytes.length, 1 << 20)),
        Target.of("description", (bytes, _) -> RepositoryDescription.parse(bytes)),
        Target.of("key-object", (bytes, _) -> FuzzedKeyObjects.object(ObjectKind.CREDENTIAL, bytes))
            .repairedBy(Targets::sum),
        Target.of("credential", (bytes, _) -> FuzzedKeyObjects.credential(bytes)),
        Target.of("epoch", (bytes, _) -> FuzzedKeyObjects.epoch(bytes)),
        Target.of("writer", (bytes, _) -> FuzzedKeyObjects.writer(bytes)),
        Target.of("announcement", (bytes, _) -> FuzzedKeyObjects.announcement(bytes)),
        Target.of("census", (bytes, _) -> FuzzedKeyObjects.census(bytes)),
        Target.of("writer-secrets", (bytes, _) -> FuzzedKeyObjects.writerSecrets(bytes)),
        Target.of("grant", (bytes, _) -> FuzzedKeyObjects.grant(bytes)),
        Target.of("secrets", (bytes, _) -> FuzzedKeyObjects.secrets(bytes)),
        Target.of("sealed-object", (bytes, _) -> FuzzedSealed.open(bytes)).repairedBy(Targets::sum),
        Target.of("sealed-content", (bytes, _) -> FuzzedSealed.content(bytes)),
        Target.of("pack", (bytes, _) -> FuzzedPack.describe(bytes)).repairedBy(Targets::sum),
        Target.of("pack-endings", (bytes, _) -> FuzzedPack.endings(bytes)),
        Target.of("frame", (bytes, _) -> FuzzedPack.frame(bytes)),
        Target.of(
            "pack-directory", (bytes, _) -> PackDirectory.decode(ByteBuffer.wrap(bytes), 1 << 30)),
        Target.of(
            "index-segment",
            (bytes, _) -> IndexSegment.decode(bytes),
            parsed -> ((IndexSegment) parsed).encode()),
        Target.of(
            "manifest",
            (bytes, _) -> ManifestCodec.decode(bytes),
            parsed -> ManifestCodec.encode((Manifest) parsed)),
        Target.of("session-open", (bytes, _) -> SessionRecord.Open.decode(bytes), Targets::session),
        Target.of(
            "checkpoint", (bytes, _) -> SessionRecord.Checkpoint.decode(bytes), Targets::session),
        Target.of(
            "revocation",
            (bytes, _) -> Revocation.decode(bytes),
            parsed -> ((Revocation) parsed).encode()),
        Target.of(
            "condemnation",
            (bytes, _) -> Condemnation.decode(bytes),
            parsed -> ((Condemnation) parsed).encode()),
        Target.of(
            "ledger-entry",
            (bytes, _) -> LedgerEntry.decode(bytes),
            parsed -> ((LedgerEntry) parsed).encode()),
        Target.of(
            "fact", (bytes, _) -> Note.decode(bytes), parsed -> FuzzedFact.encode((Note) parsed)),
        Target.of(
            "journal-tail", (bytes, _) -> Tail.decode(bytes), parsed -> ((Tail) parsed).encode()),
        Target.of("log-ranges", (bytes, _) -> FuzzedRanges.decode(bytes), FuzzedRanges::encode),
        Target.of("tree-key", (bytes, _) -> key(bytes), parsed -> ((Key) parsed).encoded()),
        Target.of("tree-node", (bytes, _) -> FuzzedNode.parse(bytes)),
        Target.of(
            "entry",
            (bytes, _) -> EntryCodec.decode(Key.ROOT, bytes),
            parsed -> entry((Entry) parsed)),
        Target.of("content-node", (bytes, _) -> FuzzedLists.node(bytes)),
        Target.of("extents", (bytes, _) -> FuzzedLists.inline(bytes)),
        Target.of("tar", (bytes, _) -> FuzzedTar.archive(bytes)),
        Target.of("access-control-list", (bytes, _) -> FuzzedTar.acl(bytes)),
        Target.of("patterns", (bytes, _) -> patterns(bytes)),
        Target.of("key-text", (bytes, _) -> text(bytes)),
        Target.of("age", (bytes, _) -> age(bytes)),
        Target.of("remembered", (bytes, file) -> FuzzedPlaces.remembered(file, bytes)),
        Target.of("client-memory", (bytes, file) -> FuzzedClientMemory.file(file, bytes)),
        Target.of("client-records", (bytes, file) -> FuzzedClientMemory.records(file, bytes)),
        Target.of("kms-file", (bytes, file) -> FuzzedKms.key(file, bytes)),
        Target.of(
            "plan-step",
            (bytes, _) -> FuzzedRestoreFiles.step(bytes),
            parsed -> FuzzedRestoreFiles.step(parsed)),
        Target.of(
            "plan-header",
            (bytes, _) -> FuzzedRestoreFiles.header(bytes),
            parsed -> FuzzedRestoreFiles.header(parsed)),
        Target.of(
            "restore-report",
            (bytes, _) -> FuzzedRestoreFiles.report(bytes),
            parsed -> FuzzedRestoreFiles.report(parsed)),
        Target.of("plan", (bytes, file) -> FuzzedRestoreFiles.plan(file, bytes))
            .repairedBy(Targets::sum),
        Target.of("restore-log", (bytes, file) -> FuzzedRestoreFiles.log(file, bytes))
            .repairedBy(Targets::crcs));
  }

  /** Whoever reads keys of a node refuses them by this exception. */
  private static Key key(byte[] bytes) {
    try {
      return Key.decode(bytes);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("no key", e);
    }
  }

  /** Lines of patterns, and in the last a path that is held against them. */
  private static Object patterns(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.ISO_8859_1).split("\n", -1);
    List<IgnorePattern> patterns = new ArrayList<>();
    for (int i = 0; i < lines.length - 1; i++) {
      patterns.add(IgnorePattern.parse(lines[i].getBytes(StandardCharsets.ISO_8859_1)));
    }
    String[] path = lines[lines.length - 1].split("/", -1);
    String[] parts = Stream.of(path).filter(part -> !part.isEmpty()).toArray(String[]::new);
    return PatternList.of(patterns).matches(Key.of(parts), false);
  }

  /** What a key is written as is read as that key. */
  private static Object text(byte[] bytes) {
    try {
      Key key = KeyText.parse(new String(bytes, StandardCharsets.UTF_8));
      if (!KeyText.parse(KeyText.format(key)).equals(key)) {
        throw new AssertionError("another key");
      }
      return key;
    } catch (IllegalArgumentException e) {
      throw new MalformedException("no key", e);
    }
  }

  private static Object age(byte[] bytes) {
    try {
      Age age = Age.parse(new String(bytes, StandardCharsets.UTF_8));
      return age.before(Instant.EPOCH, ZoneOffset.UTC);
    } catch (IllegalArgumentException e) {
      throw new MalformedException("no age", e);
    }
  }

  /** Entries of kinds to come are read, and not written. */
  private static byte[] entry(Entry entry) {
    return entry.kind() == EntryKind.UNKNOWN
        ? EntryCodec.encode(Entry.builder(EntryKind.FIFO).mode(0).mtime(entry.mtime()).build())
        : EntryCodec.encode(entry);
  }

  private static byte[] session(Object parsed) {
    return ((SessionRecord) parsed).encode();
  }

  /** Ends the bytes with the SHA-256 of those before. */
  private static void sum(byte[] bytes) {
    if (bytes.length >= SHA256) {
      int end = bytes.length - SHA256;
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        System.arraycopy(digest.digest(Arrays.copyOf(bytes, end)), 0, bytes, end, SHA256);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Gives each record of a restore log the CRC that it needs. */
  private static void crcs(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    while (in.remaining() >= 8) {
      int length = in.getInt();
      if (length <= 0 || length > in.remaining() - 4) {
        return;
      }
      CRC32 crc = new CRC32();
      crc.update(bytes, in.position() + 4, length);
      in.putInt((int) crc.getValue());
      in.position(in.position() + length);
    }
  }
}
