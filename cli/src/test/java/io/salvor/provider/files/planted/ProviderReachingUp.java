package io.salvor.provider.files.planted;

import io.salvor.cli.Version;

/** Breaks the arrow cli → provider. */
public final class ProviderReachingUp {
  private ProviderReachingUp() {}

  static String reach() {
    return Version.current();
  }
}
