package io.salvor.provider.postgresql.wal;

import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.List;

/** Finds what was captured of clusters. */
public final class WalArchives {
  private WalArchives() {}

  /**
   * What a repository has of a source, one for each cluster that was behind the address.
   *
   * @param address in its normal form
   */
  public static List<WalArchive> of(Repository repository, String address) throws IOException {
    return List.of();
  }
}
