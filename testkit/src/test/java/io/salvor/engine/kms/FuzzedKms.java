package io.salvor.engine.kms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.TreeMap;

/** Opens the files of the stand-in for key services to the fuzzer. */
public final class FuzzedKms {
  private FuzzedKms() {}

  /** A key's file, with which a secret is wrapped and unwrapped. */
  public static Object key(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try (KeyService service = KeyServices.open("kms:file:" + file, new SecureRandom())) {
      byte[] wrapped = service.wrap(new byte[32], new TreeMap<>());
      return service.unwrap(wrapped, new TreeMap<>()).orElseThrow();
    }
  }
}
