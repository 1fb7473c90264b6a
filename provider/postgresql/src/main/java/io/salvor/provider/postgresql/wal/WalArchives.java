package io.salvor.provider.postgresql.wal;

import io.salvor.engine.journal.Journal;
import io.salvor.engine.journal.Journals;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Finds what was captured of clusters. */
public final class WalArchives {
  /** Whose journals have WAL in them. */
  public static final String PROVIDER = "postgresql";

  private WalArchives() {}

  /**
   * What a repository has of a source, one for each cluster that was behind the address.
   *
   * @param address in its normal form
   */
  public static List<WalArchive> of(Repository repository, String address) throws IOException {
    return read(repository, address::equals);
  }

  /**
   * What a repository has of some sources.
   *
   * @param addresses in their normal form
   */
  public static List<WalArchive> read(Repository repository, Predicate<String> addresses)
      throws IOException {
    List<WalArchive> archives = new ArrayList<>();
    for (Journal log : Journals.read(repository, addresses).logs()) {
      if (log.origin().provider().equals(PROVIDER)) {
        archives.add(new CapturedWal(repository, log));
      }
    }
    return archives;
  }
}
