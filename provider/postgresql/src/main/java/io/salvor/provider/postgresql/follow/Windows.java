package io.salvor.provider.postgresql.follow;

import io.salvor.engine.journal.Window;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.postgresql.cluster.BasePosition;
import io.salvor.provider.postgresql.wal.WalArchive;
import io.salvor.provider.postgresql.wal.WalArchives;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Tells from when to when clusters can be recovered. */
final class Windows {
  private Windows() {}

  static List<Window> of(Repository repository, Predicate<String> sources) throws IOException {
    Map<String, List<WalArchive>> archives = new TreeMap<>();
    for (WalArchive archive : WalArchives.read(repository, sources)) {
      archives.computeIfAbsent(archive.source(), source -> new ArrayList<>()).add(archive);
    }
    List<Bases.Base> bases = archives.isEmpty() ? List.of() : new Bases(repository).all();
    List<Window> windows = new ArrayList<>();
    archives.forEach((source, own) -> windows.add(window(source, own, bases)));
    return windows;
  }

  private static Window window(String source, List<WalArchive> archives, List<Bases.Base> bases) {
    List<Window.Captured> captured = new ArrayList<>();
    List<Window.Gap> spans = new ArrayList<>();
    for (WalArchive archive : archives) {
      for (WalArchive.Stretch one : archive.stretches()) {
        captured.add(
            new Window.Captured(
                archive.system(),
                one.timeline(),
                one.from().toString(),
                one.to().toString(),
                one.since(),
                one.until()));
      }
      for (Bases.Base base : bases) {
        if (base.position().system().equals(archive.system())) {
          reach(archive, base).ifPresent(spans::add);
        }
      }
    }
    return new Window(source, captured, span(spans));
  }

  /** From the end of a base backup to where WAL leads. Its own WAL leads to its end. */
  private static Optional<Window.Gap> reach(WalArchive archive, Bases.Base base) {
    BasePosition position = base.position();
    Instant from = base.backup().manifest().finished();
    return archive
        .reach(position.timeline(), position.start(), Optional.empty())
        .or(() -> archive.reach(position.timeline(), position.end(), Optional.empty()))
        .filter(reach -> !reach.to().isBefore(position.end()) && !reach.until().isBefore(from))
        .map(reach -> new Window.Gap(from, reach.until()));
  }

  private static Optional<Window.Span> span(List<Window.Gap> spans) {
    if (spans.isEmpty()) {
      return Optional.empty();
    }
    spans.sort(Comparator.comparing(Window.Gap::from));
    Instant to = spans.getFirst().to();
    List<Window.Gap> gaps = new ArrayList<>();
    for (Window.Gap one : spans) {
      if (one.from().isAfter(to)) {
        gaps.add(new Window.Gap(to, one.from()));
      }
      to = one.to().isAfter(to) ? one.to() : to;
    }
    return Optional.of(new Window.Span(spans.getFirst().from(), to, gaps));
  }
}
