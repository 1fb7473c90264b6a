package io.salvor.cli.architecture.planted;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Breaks the ban on Jackson 2. */
public final class OldJackson {
  private OldJackson() {}

  static Object mapper() {
    return new ObjectMapper();
  }
}
