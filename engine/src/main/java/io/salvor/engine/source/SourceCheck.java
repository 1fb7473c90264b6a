package io.salvor.engine.source;

/**
 * What looking at one side of a source has shown, without capturing anything.
 *
 * @param name such as {@code "rights"}
 * @param detail what was found, for people
 * @param remedy what to do about it, a statement where one helps; empty if nothing is to be done
 */
public record SourceCheck(String name, Verdict verdict, String detail, String remedy) {
  /** What it comes to. */
  public enum Verdict {
    /** Nobody can tell from here. */
    SKIPPED,
    OK,
    /** A backup works, and something is not as it should be. */
    WARNING,
    /** A backup fails, or is not what it should be. */
    FAILED
  }

  /** In order. */
  public static SourceCheck ok(String name, String detail) {
    return new SourceCheck(name, Verdict.OK, detail, "");
  }

  /** To be thought about. */
  public static SourceCheck warning(String name, String detail, String remedy) {
    return new SourceCheck(name, Verdict.WARNING, detail, remedy);
  }

  /** In the way. */
  public static SourceCheck failed(String name, String detail, String remedy) {
    return new SourceCheck(name, Verdict.FAILED, detail, remedy);
  }

  /** Not to be told. */
  public static SourceCheck skipped(String name, String detail) {
    return new SourceCheck(name, Verdict.SKIPPED, detail, "");
  }
}
