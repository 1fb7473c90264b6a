package io.salvor.provider.mysql.follow;

import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Following;
import io.salvor.engine.journal.LogProvider;
import io.salvor.engine.journal.Window;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.logical.DatabaseProvider;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Predicate;

/** Databases, whose servers can be followed. */
public final class DatabaseLogs implements LogProvider {
  private final DatabaseProvider databases;
  private final String user;
  private final Passwords passwords;
  private final InstantSource clock;

  /**
   * The servers that can be reached from here.
   *
   * @param user who logs in where an address names nobody
   */
  public DatabaseLogs(String user, Passwords passwords, InstantSource clock) {
    this.databases = new DatabaseProvider(user, passwords, clock);
    this.user = user;
    this.passwords = passwords;
    this.clock = clock;
  }

  @Override
  public String name() {
    return databases.name();
  }

  @Override
  public boolean handles(String address) {
    return databases.handles(address);
  }

  @Override
  public String address(List<String> addresses) {
    return databases.address(addresses);
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    return databases.open(addresses, options);
  }

  @Override
  public List<SourceCheck> check(List<String> addresses) {
    return new ServerCheck(Endpoint.parse(address(addresses), user), passwords, clock).run();
  }

  @Override
  public Following follow(
      String address, Repository repository, FollowOptions options, FollowEvents events) {
    return new BinlogFollower(
        repository, Endpoint.parse(address, user), passwords, options, events);
  }

  @Override
  public List<Window> windows(Repository repository, Predicate<String> sources) throws IOException {
    return Windows.of(repository, sources);
  }
}
