package io.salvor.engine.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.Authority;
import io.salvor.engine.crypto.DerivedKeys;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SealingKey;
import io.salvor.engine.crypto.SigningKey;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger takes from write-only clients. */
class LedgerOfWritersTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
  private static final ObjectId EPOCH = new ObjectId(9, 9);
  private static final ObjectId ADMISSION = new ObjectId(77, 1);
  private static final ObjectName OWN = ObjectKind.MANIFEST.name(new ObjectId(77, 5));
  private static final ObjectName FOREIGN = ObjectKind.MANIFEST.name(new ObjectId(78, 5));
  private static final ObjectId SESSION = new ObjectId(77, 6);

  @TempDir Path temp;
  private Storage storage;
  private final KeyRing authority = ring(1);
  private final KeyRing client = ring(2);

  private static KeyRing ring(int signer) {
    SecureRandom random = new SecureRandom();
    SealingKey epoch = SealingKey.of(filled(3));
    KeyRing.Recipient to = new KeyRing.Recipient(EPOCH, epoch.publicHalf());
    KeyRing.Writer writer =
        new KeyRing.Writer(ADMISSION, "host", SigningKey.of(filled(2)).publicKey());
    return new KeyRing(
        DerivedKeys.of(filled(4)),
        Authority.of(SigningKey.of(filled(1)).publicKey()),
        SigningKey.of(filled(signer)),
        Map.of(EPOCH, epoch),
        to,
        null,
        List.of(writer),
        random);
  }

  private static byte[] filled(int with) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) with);
    return bytes;
  }

  @BeforeEach
  void open() throws IOException {
    storage = DirectoryStorage.create(temp.resolve("r"));
  }

  @AfterEach
  void close() throws IOException {
    storage.close();
  }

  @Test
  void aClientAddsItsOwnManifests() throws IOException {
    by(client, LedgerChange.adding(List.of(line(OWN))));
    assertThat(ledger().existing()).containsOnlyKeys(OWN.value());
    assertThat(ledger().issues()).isEmpty();
  }

  @Test
  void anEntryThatGoesBeyondItsLimitsIsDamage() throws IOException {
    for (LedgerChange change :
        List.of(
            LedgerChange.adding(List.of(line(OWN), line(FOREIGN))),
            LedgerChange.adding(List.of(line(ObjectKind.FACT.name(new ObjectId(77, 5))))),
            LedgerChange.removing(List.of(OWN.value())),
            LedgerChange.closing(List.of(new Closure(SESSION, Set.of()))))) {
      by(client, change);
      assertThat(ledger().issues())
          .hasSize(1)
          .allMatch(issue -> issue instanceof LedgerIssue.EntryDamaged);
      assertThat(ledger().existing()).isEmpty();
      assertThat(ledger().removed()).isEmpty();
      assertThat(ledger().closures()).isEmpty();
      storage.list(
          ObjectKind.LEDGER_ENTRY.prefix(),
          info -> {
            try {
              storage.delete(info.name());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  @Test
  void aClientSumsNothingUp() throws IOException {
    for (int i = 0; i < 3; i++) {
      by(client, LedgerChange.adding(List.of(line(OWN))));
    }
    Ledger ledger = Ledger.read(storage, client, LedgerMemory.NONE);
    assertThat(ledger.summarise(NOW, "client", new SecureRandom())).isFalse();
  }

  @Test
  void whatAWithdrawnClientHasAddedCountsOnlyIfTheAuthorityNamesItToo() throws IOException {
    ObjectName second = ObjectKind.MANIFEST.name(new ObjectId(77, 7));
    by(client, LedgerChange.adding(List.of(line(OWN), line(second))));
    String admission = ObjectKind.WRITER.name(ADMISSION).value();
    assertThat(ledger().counts(OWN, SESSION)).isTrue();
    by(authority, new LedgerChange(List.of(line(OWN)), List.of(admission), List.of()));

    Ledger ledger = ledger();
    assertThat(ledger.existing()).containsOnlyKeys(OWN.value());
    assertThat(ledger.counts(OWN, SESSION)).isTrue();
    assertThat(ledger.counts(second, SESSION)).isFalse();
    assertThat(ledger.counts(FOREIGN, SESSION)).as("somebody else's").isTrue();
    assertThat(ledger.issues()).isEmpty();
  }

  private Ledger ledger() throws IOException {
    return Ledger.read(storage, authority, LedgerMemory.NONE);
  }

  private void by(KeyRing ring, LedgerChange change) throws IOException {
    Ledger.read(storage, ring, LedgerMemory.NONE).append(change, NOW, "me", new SecureRandom());
  }

  private static LedgerEntry.Added line(ObjectName name) {
    return new LedgerEntry.Added(name.value(), new byte[32], "label");
  }
}
