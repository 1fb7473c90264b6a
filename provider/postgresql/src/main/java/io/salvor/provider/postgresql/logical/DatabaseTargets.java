package io.salvor.provider.postgresql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.server.Installation;

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
        endpoint, passwords, () -> Installation.having("pg_dump"), whole, blobs);
  }

  @Override
  public Scope scope(Scope asked, Mapping mapping) {
    return DatabaseScope.of(asked, mapping);
  }
}
