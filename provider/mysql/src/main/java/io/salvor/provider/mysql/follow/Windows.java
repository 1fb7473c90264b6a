package io.salvor.provider.mysql.follow;

import io.salvor.engine.journal.Window;
import io.salvor.engine.repository.Repository;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.binlog.BasePoint;
import io.salvor.provider.mysql.binlog.BinlogPlace;
import io.salvor.provider.mysql.binlog.CapturedLog;
import io.salvor.provider.mysql.binlog.CapturedLog.Captured;
import io.salvor.provider.mysql.binlog.Logs;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Tells from when to when databases can be restored. */
final class Windows {
  private Windows() {}

  static List<Window> of(Repository repository, Predicate<String> sources) throws IOException {
    Map<String, List<CapturedLog>> logs = new TreeMap<>();
    // One may ask for a database of the server that is followed.
    for (CapturedLog log : CapturedLog.read(repository, source -> true)) {
      logs.computeIfAbsent(log.source(), source -> new ArrayList<>()).add(log);
    }
    List<BasePoint> bases = logs.isEmpty() ? List.of() : new BasePoint.Reader(repository).all();
    List<Window> windows = new ArrayList<>();
    logs.forEach(
        (source, own) -> {
          String server = Endpoint.parse(source, "nobody").place();
          boolean asked =
              sources.test(source)
                  || bases.stream()
                      .filter(base -> base.server().equals(server))
                      .anyMatch(base -> sources.test(base.backup().manifest().origin().source()));
          if (asked) {
            windows.add(window(source, server, new Logs(own), bases));
          }
        });
    return windows;
  }

  private static Window window(String source, String server, Logs logs, List<BasePoint> bases) {
    List<Window.Captured> captured = new ArrayList<>();
    for (CapturedLog log : logs.all()) {
      captured(log, captured);
    }
    List<Window.Gap> spans = new ArrayList<>();
    for (BasePoint base : bases) {
      if (base.server().equals(server)) {
        logs.reach(base)
            .filter(reach -> !reach.until().isBefore(base.finished()))
            .ifPresent(reach -> spans.add(new Window.Gap(base.finished(), reach.until())));
      }
    }
    return new Window(source, captured, span(spans));
  }

  /** Files that follow one another are told as one. */
  private static void captured(CapturedLog log, List<Window.Captured> captured) {
    BinlogPlace done = new BinlogPlace(-1, 0);
    for (Captured file : log.files().values()) {
      if (file.number() <= done.file()) {
        continue;
      }
      BinlogPlace from = new BinlogPlace(file.number(), 0);
      CapturedLog.Reach reach = log.reach(from).orElseThrow();
      done = reach.to();
      captured.add(
          new Window.Captured(
              log.system(),
              file.number(),
              log.text(from),
              log.text(reach.to()),
              file.since(),
              reach.until()));
    }
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
