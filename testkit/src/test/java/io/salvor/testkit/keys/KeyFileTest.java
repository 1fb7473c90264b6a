package io.salvor.testkit.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.kms.KeyService;
import io.salvor.engine.kms.KeyServices;
import io.salvor.testkit.files.TmpfsMount;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A key file on a disk without a free byte. Mounting needs root; without it this is skipped. */
class KeyFileTest {
  private final SecureRandom random = new SecureRandom();
  @TempDir Path temp;

  @Test
  void aKeyThatCouldNotBeWrittenIsNotThereAndCanBeMadeLater() throws Exception {
    try (TmpfsMount small = TmpfsMount.at(temp.resolve("mount"), "size=64k")) {
      String reference = "kms:file:" + small.path().resolve("key");
      Path filling = small.path().resolve("filling");
      fill(filling);
      assertThatThrownBy(() -> KeyServices.createIfMissing(reference, random))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KMS_FAILED));
      try (var left = Files.list(small.path())) {
        assertThat(left).containsExactly(filling);
      }
      Files.delete(filling);
      assertThat(KeyServices.createIfMissing(reference, random)).isTrue();
      assertThat(KeyServices.createIfMissing(reference, random)).isFalse();
      try (KeyService key = KeyServices.open(reference, random)) {
        byte[] wrapped = key.wrap(new byte[] {1, 2, 3}, new TreeMap<>());
        assertThat(key.unwrap(wrapped, new TreeMap<>())).contains(new byte[] {1, 2, 3});
      }
      try (var left = Files.list(small.path())) {
        assertThat(left).containsExactly(small.path().resolve("key"));
      }
    }
  }

  private static void fill(Path file) throws IOException {
    byte[] piece = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      assertThat(e.getMessage()).contains("No space");
    }
  }
}
