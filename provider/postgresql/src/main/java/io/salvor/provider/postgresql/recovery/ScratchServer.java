package io.salvor.provider.postgresql.recovery;

import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Sleeper;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.server.ServerProcess;
import java.io.IOException;
import java.util.Map;

/**
 * A server that is recovered to be asked, and thrown away: it is reached by a socket in a private
 * directory only, does nothing by itself, and what it writes is not forced onto the disk.
 */
public final class ScratchServer implements AutoCloseable {
  /**
   * What could reach out, what would want the memory that the source has, what only matters for
   * data that are kept. Libraries are not loaded: some begin to work on their own, some are not
   * here.
   */
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("fsync", "off"),
          Map.entry("synchronous_commit", "off"),
          Map.entry("full_page_writes", "off"),
          Map.entry("autovacuum", "off"),
          Map.entry("hot_standby", "off"),
          Map.entry("shared_buffers", "64MB"),
          Map.entry("huge_pages", "off"),
          Map.entry("jit", "off"),
          Map.entry("max_wal_size", "4GB"),
          Map.entry("shared_preload_libraries", ""),
          Map.entry("session_preload_libraries", ""),
          Map.entry("local_preload_libraries", ""));

  private final Recovery.Served served;

  private ScratchServer(Recovery.Served served) {
    this.served = served;
  }

  /**
   * Recovers one.
   *
   * @param request of the place's data directory, which has been restored
   * @throws io.salvor.engine.error.SalvorException RECOVERY_FAILED
   */
  public static ScratchServer recover(
      Recovery.Request request, ScratchPlace place, Sleeper sleeper, Progress progress)
      throws IOException, InterruptedException {
    return new ScratchServer(Recovery.serve(request, place.home(), SETTINGS, sleeper, progress));
  }

  /** A database of it, for a superuser. */
  public Endpoint endpoint(String database) {
    return served.server().endpoint(served.superuser(), database);
  }

  /** What has come of the recovery. */
  public Recovery.Outcome outcome() {
    return served.outcome();
  }

  /** Ends it as a loss of power would: nothing of it is kept. */
  @Override
  public void close() throws IOException {
    ServerProcess server = served.server();
    try {
      server.kill();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Recovery.remove(served.own());
    }
  }
}
