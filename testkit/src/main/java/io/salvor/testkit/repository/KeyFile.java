package io.salvor.testkit.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.KmsKey;
import io.salvor.engine.kms.KeyServices;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A key of the key service that is a file. */
public record KeyFile(Path path) {

  /** Makes the key if there is none yet. */
  public KeyFile make() throws IOException {
    boolean _ = KeyServices.createIfMissing(reference(), new SecureRandom());
    return this;
  }

  /** How credentials name it. */
  public String reference() {
    return "kms:file:" + path;
  }

  /** The key, opened. */
  public KmsKey key() {
    return new KmsKey(KeyServices.open(reference(), new SecureRandom()));
  }

  /**
   * Whether it opens a repository; if not, then for no other reason than that it is no key of it.
   */
  public boolean opens(Machine machine, Storage storage) throws IOException {
    try {
      machine.open(storage, key()).close();
      return true;
    } catch (SalvorException e) {
      assertThat(e.code())
          .isIn(
              ErrorCode.WRONG_CREDENTIAL,
              ErrorCode.CREDENTIAL_WITHDRAWN,
              ErrorCode.KMS_KEY_DESTROYED);
      return false;
    }
  }
}
