package io.salvor.cli.command;

/** The published schemas, for tests of processes. */
public final class PublishedSchemas {
  private PublishedSchemas() {}

  /** Holds a document against the schema of this name. */
  public static void check(String name, String document) {
    Schemas.check(name, document);
  }
}
