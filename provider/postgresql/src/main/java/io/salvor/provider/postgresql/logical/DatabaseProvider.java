package io.salvor.provider.postgresql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Source;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.server.Installation;
import java.time.InstantSource;
import java.util.List;

/** Single databases: {@code postgresql://user@host:5432/database}. */
public final class DatabaseProvider implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "postgresql-logical";

  private final String user;
  private final Passwords passwords;
  private final InstantSource clock;

  /**
   * The databases that can be reached from here.
   *
   * @param user who logs in where an address names nobody
   */
  public DatabaseProvider(String user, Passwords passwords, InstantSource clock) {
    this.user = user;
    this.passwords = passwords;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean handles(String address) {
    return DatabaseAddress.handles(address);
  }

  @Override
  public String address(List<String> addresses) {
    return DatabaseAddress.normal(only(addresses));
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    return new DatabaseSource(
        only(addresses), passwords, () -> Installation.having("pg_dump"), clock, options);
  }

  private Endpoint only(List<String> addresses) {
    if (addresses.size() != 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "One backup cannot have " + addresses.size() + " databases",
          "Each database is a source of its own",
          "Back them up one after the other");
    }
    return DatabaseAddress.parse(addresses.getFirst(), user);
  }
}
