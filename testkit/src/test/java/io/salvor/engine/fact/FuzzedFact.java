package io.salvor.engine.fact;

/** Opens the writer of facts to the fuzzer. */
public final class FuzzedFact {
  private FuzzedFact() {}

  public static byte[] encode(Note note) {
    return FactCodec.encode(note);
  }
}
