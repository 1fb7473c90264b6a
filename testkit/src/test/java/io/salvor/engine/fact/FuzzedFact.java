package io.salvor.engine.fact;

import java.util.List;

/** Opens the writer of facts to the fuzzer. */
public final class FuzzedFact {
  private FuzzedFact() {}

  /** Facts of types to come are read, and not written. */
  public static byte[] encode(Note note) {
    return note.fact() instanceof Fact.Unknown
        ? FactCodec.encode(new Note(note.id(), note.time(), "", new Fact.Forgotten(List.of(), "")))
        : FactCodec.encode(note);
  }
}
