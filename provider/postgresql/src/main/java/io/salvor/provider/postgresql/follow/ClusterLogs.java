package io.salvor.provider.postgresql.follow;

import io.salvor.engine.journal.FollowEvents;
import io.salvor.engine.journal.FollowOptions;
import io.salvor.engine.journal.Following;
import io.salvor.engine.journal.LogArchiver;
import io.salvor.engine.journal.Window;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.source.SourceCheck;
import io.salvor.provider.postgresql.cluster.ClusterProvider;
import io.salvor.provider.postgresql.protocol.Passwords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Whole clusters, which can be followed. */
public final class ClusterLogs implements LogArchiver {
  private final ClusterProvider clusters;
  private final Passwords passwords;

  /** Those that {@code clusters} reaches. */
  public ClusterLogs(ClusterProvider clusters, Passwords passwords) {
    this.clusters = clusters;
    this.passwords = passwords;
  }

  @Override
  public String name() {
    return clusters.name();
  }

  @Override
  public boolean handles(String address) {
    return clusters.handles(address);
  }

  @Override
  public String address(List<String> addresses) {
    return clusters.address(addresses);
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    return clusters.open(addresses, options);
  }

  @Override
  public List<SourceCheck> check(List<String> addresses) throws IOException {
    return clusters.check(addresses);
  }

  @Override
  public Following follow(
      String address, Repository repository, FollowOptions options, FollowEvents events) {
    return new Follower(repository, clusters.endpoint(address), passwords, options, events);
  }

  @Override
  public Outcome archive(
      String address, Path file, Repository repository, FollowOptions options, Progress progress)
      throws IOException, InterruptedException {
    String source = ClusterProvider.addressOf(clusters.endpoint(address));
    return new WalArchiver(repository, source, options, progress).archive(file);
  }

  @Override
  public List<Window> windows(Repository repository, Predicate<String> sources) throws IOException {
    return Windows.of(repository, sources);
  }
}
