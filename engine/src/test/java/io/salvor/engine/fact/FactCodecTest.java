package io.salvor.engine.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.backup.BackupId;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Notes as bytes. */
class FactCodecTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 7);
  private static final ObjectId ID = new ObjectId(1, 2);
  private static final BackupId ONE = new BackupId("20260130-150000-abcde");
  private static final BackupId TWO = new BackupId("20260130-150000-fghjk");

  @Test
  void eachFactIsReadAsItWasWritten() {
    TreeMap<String, String> tags = new TreeMap<>();
    tags.put("a", "1");
    tags.put("b", "");
    Duration took = Duration.ofMillis(1234);
    for (Fact fact :
        List.of(
            new Fact.Hold(ONE, "audit"),
            new Fact.Hold(ONE, ""),
            new Fact.Release(ONE, new ObjectId(3, 4), "over"),
            new Fact.Tag(ONE, tags),
            new Fact.Verified(
                List.of(ONE, TWO),
                List.of(new ObjectId(5, 6), new ObjectId(7, 8)),
                Fact.Verified.Depth.SAMPLE,
                true,
                took,
                9,
                10),
            new Fact.Verified(
                List.of(), List.of(), Fact.Verified.Depth.STRUCTURE, false, took, 0, 0),
            new Fact.Restored(ONE, "files", took, 11, 12, "content"),
            new Fact.Forgotten(List.of(), "by name"),
            new Fact.Erased(List.of(ONE), List.of("kms:file:/k"), List.of("/copy")),
            new Fact.Erased(List.of(ONE), List.of(), List.of()),
            new Fact.Withdrawn(new TreeMap<>(Map.of(ID, "kms:file:/k", new ObjectId(3, 4), ""))))) {
      Note note = new Note(ID, NOW, "me", fact);
      assertThat(FactCodec.decode(FactCodec.encode(note))).isEqualTo(note);
    }
  }

  @Test
  void theEvidenceOfADeletionIsReadAsItWasWritten() {
    byte[] checksum = new byte[32];
    Arrays.fill(checksum, (byte) 9);
    Fact.Forgotten.Deletion deletion =
        new Fact.Forgotten.Deletion(ONE, "/srv", "host", NOW, checksum, "too old");
    Note note = new Note(ID, NOW, "", new Fact.Forgotten(List.of(deletion), ""));
    Fact.Forgotten read = (Fact.Forgotten) FactCodec.decode(FactCodec.encode(note)).fact();
    assertThat(read.backups()).containsExactly(ONE);
    Fact.Forgotten.Deletion one = read.deletions().getFirst();
    assertThat(one.source()).isEqualTo("/srv");
    assertThat(one.host()).isEqualTo("host");
    assertThat(one.started()).isEqualTo(NOW);
    assertThat(one.checksum()).isEqualTo(checksum);
    assertThat(one.reason()).isEqualTo("too old");
  }

  @Test
  void aFactOfATypeToComeIsKeptAsUnknownWithWhatItIsAbout() {
    byte[] message =
        message(
            10,
            out ->
                out.key(3)
                    .array()
                    .text(ONE.text())
                    .end()
                    .key(4)
                    .uint(5)
                    .key(16)
                    .bool(true)
                    .key(17)
                    .bytes(ID.bytes()));
    Note note = FactCodec.decode(message);
    assertThat(note.fact()).isEqualTo(new Fact.Unknown(10, List.of(ONE)));
    assertThat(note.fact().word()).isEqualTo("type 10");
    assertThat(note.fact().only()).isEqualTo(ONE);
    assertThatThrownBy(() -> FactCodec.encode(note)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theOnlyBackupIsThatOfAFactAboutOne() {
    assertThat(new Fact.Hold(ONE, "").only()).isEqualTo(ONE);
    assertThat(new Fact.Erased(List.of(ONE, TWO), List.of(), List.of()).only()).isNull();
  }

  @Test
  void whatLacksWhatItNeedsIsMalformed() {
    byte[] hold = FactCodec.encode(new Note(ID, NOW, "me", new Fact.Hold(ONE, "")));
    assertMalformed(Arrays.copyOf(hold, hold.length + 1));
    assertMalformed(message(1, out -> out.key(3).array().text(ONE.text()).end()));
    assertMalformed(message(0, out -> out.key(17).bytes(ID.bytes())));
    assertMalformed(message(1, out -> out.key(17).bytes(ID.bytes())));
    assertMalformed(
        message(
            1,
            out ->
                out.key(3)
                    .array()
                    .text(ONE.text())
                    .text(TWO.text())
                    .end()
                    .key(17)
                    .bytes(ID.bytes())));
    assertMalformed(
        message(2, out -> out.key(3).array().text(ONE.text()).end().key(17).bytes(ID.bytes())));
    assertMalformed(
        message(1, out -> out.key(3).array().text("no id").end().key(17).bytes(ID.bytes())));
    assertMalformed(message(4, out -> out.key(12).bytes(new byte[17]).key(17).bytes(ID.bytes())));
    assertMalformed(message(4, out -> out.key(8).uint(3).key(17).bytes(ID.bytes())));
    byte[] timeless =
        new CborWriter().map().key(0).uint(6).key(17).bytes(ID.bytes()).end().toByteArray();
    assertMalformed(timeless);
  }

  private static byte[] message(int type, Consumer<CborWriter> more) {
    CborWriter out = new CborWriter().map().key(0).uint(type).key(1).time(NOW);
    more.accept(out);
    return out.end().toByteArray();
  }

  private static void assertMalformed(byte[] message) {
    assertThatThrownBy(() -> FactCodec.decode(message)).isInstanceOf(MalformedException.class);
  }
}
