package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.source.Capture;
import io.salvor.engine.source.Source;
import io.salvor.provider.postgresql.ServerFailures;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** A cluster, opened for one base backup. */
final class ClusterSource implements Source {
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final InstantSource clock;
  private final List<Warning> remarks = new ArrayList<>();

  ClusterSource(Endpoint endpoint, Passwords passwords, InstantSource clock) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.clock = clock;
  }

  @Override
  public String provider() {
    return ClusterProvider.NAME;
  }

  @Override
  public String address() {
    return ClusterProvider.address(endpoint);
  }

  @Override
  public List<Warning> remarks() {
    return List.copyOf(remarks);
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void capture(Capture capture) throws IOException {
    try (ServerConnection connection =
        ServerConnection.open(
            endpoint,
            Purpose.REPLICATION,
            passwords,
            notice -> remarks.add(new Warning("server-notice", address(), notice)))) {
      var _ = new BaseBackup(connection, capture).run("salvor", clock.instant());
    } catch (IOException e) {
      throw ServerFailures.told(e, endpoint);
    }
  }

  @Override
  public void close() {}
}
