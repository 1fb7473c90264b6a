package io.salvor.testkit.reader;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was found damaged or lost; reading goes on with the rest. */
final class Findings {
  /** Reads an object. */
  interface Reading<T extends @Nullable Object> {
    T read() throws IOException;
  }

  private final List<DamageException> findings = new ArrayList<>();

  /** What the reading gives, or null if it meets damage, which is noted. */
  <T extends @Nullable Object> @Nullable T attempt(String object, Reading<T> reading)
      throws IOException {
    try {
      return reading.read();
    } catch (DamageException e) {
      add(e.in(object));
      return null;
    }
  }

  void add(DamageException finding) {
    findings.add(finding);
  }

  void add(String finding) {
    add(new DamageException(finding));
  }

  List<String> list() {
    return findings.stream().map(DamageException::getMessage).toList();
  }
}
