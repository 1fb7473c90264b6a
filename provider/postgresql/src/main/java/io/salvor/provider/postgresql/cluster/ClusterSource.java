package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.Earlier;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.postgresql.ServerFailures;
import io.salvor.provider.postgresql.protocol.Endpoint;
import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    for (Map.Entry<Key, Entry> entry : take(capture).entrySet()) {
      capture.progress().checkCancelled();
      capture.put(entry.getKey(), entry.getValue());
    }
  }

  /** Nothing is handed over before all of it has come, so that it can begin again. */
  private Map<Key, Entry> take(Capture capture) {
    try {
      return take(capture, true);
    } catch (BaseBackup.Refused e) {
      readInFull("the server cannot tell what has changed: " + e.getMessage());
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      readInFull("the backup before cannot be read where this one needs it: " + e.getMessage());
    }
    try {
      return take(capture, false);
    } catch (BaseBackup.Refused e) {
      throw new IllegalStateException("it was not asked to tell", e);
    }
  }

  private void readInFull(String why) {
    remarks.add(
        new Warning(
            "read-in-full",
            address(),
            "all of the cluster was read, and what was known was not stored again: " + why));
  }

  private Map<Key, Entry> take(Capture capture, boolean composed) throws BaseBackup.Refused {
    List<Warning> notices = new ArrayList<>();
    try (ServerConnection connection =
        ServerConnection.open(
            endpoint,
            Purpose.REPLICATION,
            // Under this name password files have those for replication.
            login -> passwords.of(login.in("replication")),
            notice -> notices.add(new Warning("server-notice", address(), notice)))) {
      Optional<PriorBackup> prior = composed ? prior(capture, connection) : Optional.empty();
      Map<Key, Entry> entries =
          new BaseBackup(connection, capture, prior)
              .take("salvor", clock.instant(), ownership(connection));
      remarks.addAll(notices);
      return entries;
    } catch (IOException e) {
      throw ServerFailures.told(e, endpoint);
    }
  }

  private static Optional<PriorBackup> prior(Capture capture, ServerConnection connection)
      throws IOException {
    Optional<Earlier> earlier = capture.earlier();
    return earlier.isPresent() && BaseBackup.canTell(connection)
        ? PriorBackup.of(earlier.get())
        : Optional.empty();
  }

  /**
   * Whom the source's data belongs to, where that can be looked at: the protocol does not tell, and
   * whoever restores as root has to give the files to somebody.
   */
  private Ownership ownership(ServerConnection connection) throws IOException {
    String id = connection.query("IDENTIFY_SYSTEM").getFirst().get("systemid");
    // Each process of the server works in its data directory.
    Path data = Path.of("/proc", String.valueOf(connection.process()), "cwd");
    // Behind a tunnel the number is that of a process of another machine.
    return isOf(data, id) ? Ownership.of(data.toRealPath()) : Ownership.UNKNOWN;
  }

  private static boolean isOf(Path data, String id) {
    try (FileChannel control =
        FileChannel.open(data.resolve("global/pg_control"), StandardOpenOption.READ)) {
      ByteBuffer begin = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
      return control.read(begin) == Long.BYTES
          && Long.toUnsignedString(begin.flip().getLong()).equals(id);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {}
}
