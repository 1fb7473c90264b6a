package io.salvor.testkit.fuzz;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A parser that is given anything.
 *
 * @param name of the directory of its seeds
 * @param encoder gives the bytes again, of a parser that has a writer
 * @param repair makes checksums right again after a mutation, so that what lies behind them is met
 */
record Target(String name, Parser parser, Encoder encoder, Repair repair) {
  /** Reads bytes, which may be written to a file of its own first. */
  interface Parser {
    Object parse(byte[] bytes, Path file) throws IOException;
  }

  /** Writes what was parsed. */
  interface Encoder {
    byte[] encode(Object parsed);
  }

  /** Changes bytes in place. */
  interface Repair {
    void repair(byte[] bytes);
  }

  static final Encoder NONE = _ -> new byte[0];

  static Target of(String name, Parser parser) {
    return new Target(name, parser, NONE, _ -> {});
  }

  static Target of(String name, Parser parser, Encoder encoder) {
    return new Target(name, parser, encoder, _ -> {});
  }

  Target repairedBy(Repair how) {
    return new Target(name, parser, encoder, how);
  }

  @Override
  public String toString() {
    return name;
  }
}
