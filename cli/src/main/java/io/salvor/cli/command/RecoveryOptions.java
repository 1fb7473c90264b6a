package io.salvor.cli.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the server of a restored cluster is brought to life. */
final class RecoveryOptions {
  @Option(
      names = "--os-user",
      paramLabel = "<name>",
      description =
          "as root: whom the server of a restored cluster runs as and its files belong to; the"
              + " owner of the source's data, where that is known, else postgres")
  @Nullable String osUser;

  @Option(
      names = "--scratch",
      paramLabel = "<directory>",
      description =
          "where the server for tables out of a cluster's backup is set up, and removed; it needs"
              + " room for the whole cluster; else TMPDIR, or /var/tmp")
  @Nullable Path scratch;

  @Option(
      names = "--pause",
      description = "leave the server of a restored cluster running, paused, for a look")
  boolean pause;

  @Option(
      names = "--timeline",
      paramLabel = "<number>",
      description = "of a cluster that is followed: the timeline to end on; else the newest")
  @Nullable Long timeline;

  /** Refuses a place for a server that is not needed. */
  void refuseScratch() {
    throw Words.usage(
        "--scratch cannot be used for this restore",
        "it is for tables out of the backup of a whole database server",
        "leave it out");
  }

  /**
   * Refuses what is for clusters only.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE
   */
  void refuse() {
    if (scratch != null) {
      refuseScratch();
    }
    if (pause) {
      throw Words.usage(
          "--pause cannot be used for this backup",
          "it leaves a restored database server paused at its target, and this one has no server",
          "leave it out");
    }
    if (timeline != null) {
      throw Words.usage(
          "--timeline cannot be used for this backup",
          "timelines are those of a database server, and this one has none",
          "leave it out");
    }
    if (osUser != null) {
      throw Words.usage(
          "--os-user cannot be used for this backup",
          "it says whom a restored database server runs as, and this one has no server",
          "leave it out");
    }
  }
}
