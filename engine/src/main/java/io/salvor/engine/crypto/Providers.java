package io.salvor.engine.crypto;

import io.salvor.engine.codec.Pool;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Which implementation of AES-GCM is used. The JDK's is there at once but slow until it is
 * compiled; Amazon's Corretto provider, if it is on the class path, is quick from its first byte
 * but takes long to load. So work begins on the JDK's, and once enough bytes show that the process
 * has bulk work to do, the other is loaded beside it and takes over (docs/decisions).
 */
public final class Providers {
  private static final String CORRETTO =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
  private static final long BULK = 4 << 20;

  private static final Gcm JDK = new Gcm("JDK", ciphers(Optional.empty()), true);
  private static final AtomicLong SEEN = new AtomicLong();
  private static final AtomicBoolean STARTED = new AtomicBoolean();
  private static volatile Gcm current = JDK;

  private Providers() {}

  /** Says that much will be encrypted or decrypted soon, so that loading can begin now. */
  public static void prepareBulk() {
    if (STARTED.compareAndSet(false, true)) {
      Thread.ofPlatform()
          .daemon()
          .name("crypto-provider")
          .start(() -> corretto().ifPresent(gcm -> current = gcm));
    }
  }

  /** Which one is at work: {@code JDK} or {@code Corretto}. */
  public static String name() {
    return current.name();
  }

  /** The cipher for the next {@code length} bytes. */
  static Gcm gcm(int length) {
    if (!STARTED.getPlain() && SEEN.addAndGet(length) > BULK) {
      prepareBulk();
    }
    return current;
  }

  static Gcm jdk() {
    return JDK;
  }

  /** The Corretto provider's cipher, or empty where it is not there or does not work. */
  static Optional<Gcm> corretto() {
    try {
      // An optional dependency: the engine must run without it.
      Provider provider = (Provider) Class.forName(CORRETTO).getField("INSTANCE").get(null);
      Pool<Cipher> ciphers = ciphers(Optional.of(provider));
      ciphers.give(proven(ciphers.take()));
      return Optional.of(new Gcm("Corretto", ciphers, false));
    } catch (ReflectiveOperationException
        | LinkageError
        | GeneralSecurityException
        | IllegalStateException e) {
      return Optional.empty();
    }
  }

  /** Compares a cipher with the last AES-256 case of the GCM specification's first appendix. */
  private static Cipher proven(Cipher cipher) throws GeneralSecurityException {
    byte[] key = new byte[32];
    cipher.init(Cipher.ENCRYPT_MODE, RawKey.aes(key), new GCMParameterSpec(128, new byte[12]));
    byte[] out = cipher.doFinal(new byte[16]);
    byte[] expected =
        java.util.HexFormat.of()
            .parseHex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
    if (!Arrays.equals(out, expected)) {
      throw new GeneralSecurityException("AES-GCM gives a wrong result");
    }
    return cipher;
  }

  private static Pool<Cipher> ciphers(Optional<Provider> provider) {
    return new Pool<>(
        () -> {
          try {
            return provider.isPresent()
                ? Cipher.getInstance("AES/GCM/NoPadding", provider.get())
                : Cipher.getInstance("AES/GCM/NoPadding");
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not there", e);
          }
        });
  }
}
