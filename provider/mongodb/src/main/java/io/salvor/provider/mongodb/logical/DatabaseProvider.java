package io.salvor.provider.mongodb.logical;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Source;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import java.time.InstantSource;
import java.util.List;

/** Databases of a server: {@code mongodb://user@host:27017/db}, or all without a database. */
public final class DatabaseProvider implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "mongodb-logical";

  private final Passwords passwords;
  private final InstantSource clock;

  /** The servers that can be reached from here. */
  public DatabaseProvider(Passwords passwords, InstantSource clock) {
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

  @Override
  public List<SourceCheck> check(List<String> addresses) {
    return new DatabaseCheck(only(addresses), passwords, clock).run();
  }

  private static Endpoint only(List<String> addresses) {
    if (addresses.size() != 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "One backup cannot have " + addresses.size() + " databases",
          "Each address is a source of its own",
          "Back them up one after the other, or the server with all its databases");
    }
    return Endpoint.parse(addresses.getFirst());
  }
}
