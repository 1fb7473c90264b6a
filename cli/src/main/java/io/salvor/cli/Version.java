package io.salvor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The product's version, as the build wrote it. */
public final class Version {
  private static final String RESOURCE = "version.properties";

  private Version() {}

  /** Returns the version, such as {@code 0.1.0-SNAPSHOT}. */
  public static String current() {
    var properties = new Properties();
    try (var in = Version.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the build");
      }
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
