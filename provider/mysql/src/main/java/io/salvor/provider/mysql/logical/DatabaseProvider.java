package io.salvor.provider.mysql.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Source;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import java.time.InstantSource;
import java.util.List;

/** Databases of a server: {@code mysql://user@host:3306/database}, or all without a database. */
public final class DatabaseProvider implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "mysql-logical";

  private final String user;
  private final Passwords passwords;
  private final InstantSource clock;

  /**
   * The servers that can be reached from here.
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
    return Endpoint.handles(address);
  }

  @Override
  public String address(List<String> addresses) {
    return only(addresses).normal();
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    return new DatabaseSource(only(addresses), passwords, clock, options);
  }

  private Endpoint only(List<String> addresses) {
    if (addresses.size() != 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "One backup cannot have " + addresses.size() + " databases",
          "Each address is a source of its own",
          "Back them up one after the other, or the server with all its databases");
    }
    return Endpoint.parse(addresses.getFirst(), user);
  }
}
