package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Source;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import java.time.InstantSource;
import java.util.List;

/** Whole clusters: {@code postgresql+cluster://user@host:5432}. */
public final class ClusterProvider implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "postgresql";

  private static final String SCHEME = "postgresql+cluster";

  private final String user;
  private final Passwords passwords;
  private final InstantSource clock;

  /**
   * The clusters that can be reached from here.
   *
   * @param user who logs in where an address names nobody
   */
  public ClusterProvider(String user, Passwords passwords, InstantSource clock) {
    this.user = user;
    this.passwords = passwords;
    this.clock = clock;
  }

  /** The normal form of the address of the cluster there. */
  public static String addressOf(Endpoint endpoint) {
    return address(endpoint);
  }

  static String address(Endpoint endpoint) {
    String place = endpoint.isLocal() ? endpoint.host().replace("/", "%2F") : endpoint.host();
    String host = place.contains(":") ? "[" + place + "]" : place;
    return SCHEME + "://" + endpoint.user() + "@" + host + ":" + endpoint.port();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean handles(String address) {
    return isCluster(address);
  }

  /** Whether an address is one of a cluster. */
  public static boolean isCluster(String address) {
    return address.startsWith(SCHEME + ":");
  }

  @Override
  public String address(List<String> addresses) {
    return address(only(addresses));
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    Endpoint endpoint = only(addresses);
    if (!options.include().isEmpty()
        || !options.exclude().isEmpty()
        || !options.sensitive().isEmpty()) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "Patterns cannot choose from " + address(endpoint),
          "A cluster without some of its files does not start",
          "Leave --include, --exclude and --sensitive out; one table can be restored by itself");
    }
    return new ClusterSource(endpoint, passwords, clock);
  }

  @Override
  public List<SourceCheck> check(List<String> addresses) {
    return new ClusterCheck(only(addresses), passwords, clock).run();
  }

  /**
   * Where the cluster of an address is, and as whom to log in.
   *
   * @throws SalvorException USAGE
   */
  public Endpoint endpoint(String address) {
    return only(List.of(address));
  }

  private Endpoint only(List<String> addresses) {
    if (addresses.size() != 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "One backup cannot have " + addresses.size() + " clusters",
          "Each cluster is a source of its own",
          "Back them up one after the other");
    }
    Endpoint endpoint = Endpoint.parse(addresses.getFirst(), SCHEME, user);
    if (!endpoint.database().isEmpty()) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "The address " + addresses.getFirst() + " cannot be used",
          "A physical backup is of the whole cluster, not of " + endpoint.database(),
          "Leave the database out, or write postgresql:// for a logical backup of it");
    }
    return endpoint;
  }
}
