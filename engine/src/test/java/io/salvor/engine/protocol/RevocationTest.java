package io.salvor.engine.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.TestKeys;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000, 5);
  private static final ObjectId SESSION = new ObjectId(1, 1);
  private static final ObjectId OTHER = new ObjectId(2, 2);

  @TempDir Path temp;

  @Test
  void whatIsPublishedIsFoundByItsSession() throws Exception {
    try (Storage storage = DirectoryStorage.create(temp.resolve("r"));
        KeyRing keys = TestKeys.ring()) {
      assertThat(Revocation.find(storage, keys, SESSION)).isEmpty();
      Revocation revocation = new Revocation(SESSION, NOW, "me", true);
      revocation.publish(storage, keys);
      assertThat(Revocation.find(storage, keys, SESSION)).contains(revocation);
      assertThat(Revocation.find(storage, keys, OTHER)).isEmpty();
    }
  }

  @Test
  void oneOfAnotherSessionOrDamagedIsNone() throws Exception {
    try (Storage storage = DirectoryStorage.create(temp.resolve("r"));
        KeyRing keys = TestKeys.ring()) {
      byte[] other = new Revocation(OTHER, NOW, "me", false).encode();
      storage.put(
          ObjectKind.REVOCATION.name(SESSION),
          keys.sealSmall(ObjectKind.REVOCATION, SESSION, other));
      assertThatThrownBy(() -> Revocation.find(storage, keys, SESSION))
          .isInstanceOf(MalformedException.class);
      storage.put(ObjectKind.REVOCATION.name(OTHER), new byte[100]);
      assertThatThrownBy(() -> Revocation.find(storage, keys, OTHER))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OBJECT_DAMAGED));
    }
  }

  @Test
  void itIsReadAsItWasWritten() {
    for (boolean cancelled : new boolean[] {false, true}) {
      for (String author : new String[] {"", "me"}) {
        Revocation revocation = new Revocation(SESSION, NOW, author, cancelled);
        assertThat(Revocation.decode(revocation.encode())).isEqualTo(revocation);
      }
    }
    byte[] without = new CborWriter().map().key(1).time(NOW).end().toByteArray();
    assertThatThrownBy(() -> Revocation.decode(without)).isInstanceOf(MalformedException.class);
    byte[] more = new Revocation(SESSION, NOW, "", false).encode();
    byte[] trailing = Arrays.copyOf(more, more.length + 1);
    assertThatThrownBy(() -> Revocation.decode(trailing)).isInstanceOf(MalformedException.class);
  }
}
