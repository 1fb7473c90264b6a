package io.salvor.cli.command;

import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.Table;
import io.salvor.engine.error.Exit;
import io.salvor.engine.journal.LogProvider;
import io.salvor.engine.journal.Window;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Provider;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code salvor windows}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor windows",
      "  salvor windows --source postgresql+cluster://backup@db:5432 --json",
      "",
      "A window begins at the end of the first backup from which it can be recovered, and ends"
          + " with",
      "what was captured last."
    })
final class WindowsCommand implements Command {
  @Option(names = "--source", paramLabel = "<source>", description = "of this source only")
  @Nullable String source;

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToRead();
    List<Window> windows = new ArrayList<>();
    for (Provider provider : session.machine().providers().get()) {
      if (provider instanceof LogProvider logs) {
        String wanted =
            source != null && logs.handles(source) ? logs.address(List.of(source)) : source;
        windows.addAll(logs.windows(repository, s -> wanted == null || s.equals(wanted)));
      }
    }
    if (session.isJson()) {
      json(windows, session.json());
    } else {
      print(windows, session);
    }
    return Exit.DONE;
  }

  private static void json(List<Window> windows, JsonDocument json) {
    json.array(
        "windows",
        () ->
            windows.stream()
                .filter(window -> window.span().isPresent())
                .forEach(window -> json.object(() -> span(window, json))));
    json.array(
        "captured",
        () ->
            windows.forEach(
                window ->
                    window
                        .captured()
                        .forEach(one -> json.object(() -> captured(window, one, json)))));
  }

  private static void span(Window window, JsonDocument json) {
    Window.Span span = window.span().orElseThrow();
    json.field("source", window.source());
    json.field("from", span.from());
    json.field("to", span.to());
    json.array(
        "gaps",
        () ->
            span.gaps()
                .forEach(
                    gap ->
                        json.object(
                            () -> {
                              json.field("from", gap.from());
                              json.field("to", gap.to());
                            })));
  }

  private static void captured(Window window, Window.Captured one, JsonDocument json) {
    json.field("source", window.source());
    json.field("system", one.system());
    json.field("timeline", one.timeline());
    json.field("from", one.from());
    json.field("to", one.to());
    json.field("since", known(one.since()));
    json.field("until", known(one.until()));
  }

  private static @Nullable Instant known(Instant time) {
    return time.equals(Instant.EPOCH) ? null : time;
  }

  private static void print(List<Window> windows, Session session) {
    if (windows.isEmpty()) {
      session.text().line("nothing was captured continuously");
      return;
    }
    Table table = new Table("SOURCE", "FROM", "TO", "GAPS");
    for (Window window : windows) {
      if (window.span().isPresent()) {
        Window.Span span = window.span().get();
        table.row(
            window.source(),
            session.time(span.from()),
            session.time(span.to()),
            span.gaps().isEmpty() ? "none" : gaps(span, session));
      } else {
        table.row(window.source(), "-", "-", "no backup to begin from: make one");
      }
    }
    table.print(session.text());
  }

  private static String gaps(Window.Span span, Session session) {
    return String.join(
        ", ",
        span.gaps().stream()
            .map(gap -> session.time(gap.from()) + " to " + session.time(gap.to()))
            .toList());
  }
}
