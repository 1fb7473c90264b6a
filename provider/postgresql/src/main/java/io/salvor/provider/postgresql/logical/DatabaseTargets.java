package io.salvor.provider.postgresql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.rows.RowChange;
import io.salvor.provider.postgresql.server.Installation;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** Single databases as targets of restores, by the addresses of {@link DatabaseProvider}. */
public final class DatabaseTargets implements TargetProvider {
  private final String user;
  private final Passwords passwords;

  /**
   * The databases that can be reached from here.
   *
   * @param user who logs in where an address names nobody
   */
  public DatabaseTargets(String user, Passwords passwords) {
    this.user = user;
    this.passwords = passwords;
  }

  @Override
  public boolean handles(String address) {
    return DatabaseAddress.handles(address);
  }

  @Override
  public Target open(String address, Mapping mapping, BlobSource blobs, Progress progress) {
    Endpoint endpoint = DatabaseAddress.parse(address, user);
    Mapping whole = mapping.isEmpty() ? DatabaseAddress.mapping(address) : mapping;
    return new DatabaseTarget(
        endpoint, passwords, () -> Installation.having("pg_dump"), whole, blobs, null);
  }

  /**
   * Looks whether a target can be reached at all, before much is done for it; a database that is
   * missing will be made.
   *
   * @throws io.salvor.engine.error.SalvorException USAGE, TARGET_UNUSABLE
   */
  public void require(String address) throws IOException {
    Endpoint endpoint = DatabaseAddress.parse(address, user);
    try (ServerConnection _ = new Sessions(endpoint, passwords, notice -> {}).open()) {
      return;
    } catch (IOException e) {
      if (!(e instanceof ServerError refused) || !refused.state().equals(Troubles.NO_DATABASE)) {
        throw Troubles.ofTarget(endpoint).told(e);
      }
    }
  }

  /** As {@link #open}, for what was taken out of a database that is there for the while. */
  public Target open(String address, ScratchDatabase taken, BlobSource blobs) {
    return new DatabaseTarget(
        DatabaseAddress.parse(address, user),
        passwords,
        () -> Installation.having("pg_dump"),
        DatabaseAddress.mapping(address),
        blobs,
        taken.supply());
  }

  @Override
  public Scope scope(Scope asked, Mapping mapping, RestoreMode mode) {
    Scope scope = DatabaseScope.of(asked, mapping);
    return switch (mode) {
      case DIFFERENCES -> scope.and(DatabaseScope.ROWS);
      case SWAP -> scope.and(DatabaseScope.TABLES);
      case INPLACE, NEW -> scope;
    };
  }

  /** Restricts a restore of differences; targets of other kinds have none. */
  public static void only(Target target, Set<RowChange.Kind> kinds) {
    if (target instanceof DatabaseTarget database) {
      database.only(kinds);
    }
  }

  /** How many rows a planned restore of differences changes; none for other targets and modes. */
  public static List<RowCounts> rowCounts(Target target) {
    return target instanceof DatabaseTarget database ? database.rowCounts() : List.of();
  }
}
