package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.Table;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Usage;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a repository takes, and how it has grown, for people and programs. */
final class UsageText {
  private static final int SHOWN_MONTHS = 12;

  private UsageText() {}

  static void write(Usage usage, @Nullable Long unused, JsonDocument json) {
    json.object(
        "usage",
        () -> {
          usage
              .packs()
              .forEach(
                  (kind, volume) ->
                      json.object(
                          kind.name().toLowerCase(Locale.ROOT),
                          () -> {
                            json.field("packs", volume.packs());
                            json.field("bytes", volume.bytes());
                          }));
          json.field("logical", usage.logical());
          if (unused == null) {
            json.field("unused", (String) null);
          } else {
            json.field("unused", unused.longValue());
          }
          json.array(
              "growth",
              () -> usage.months().forEach((month, g) -> json.object(() -> write(month, g, json))));
        });
  }

  private static void write(YearMonth month, Usage.Growth growth, JsonDocument json) {
    json.field("month", month.toString());
    json.field("backups", growth.backups());
    json.field("added", growth.added());
    json.field("stored", growth.stored());
  }

  static void print(Usage usage, @Nullable Long unused, TextOutput out) {
    List<String> parts = new ArrayList<>();
    long bytes = 0;
    for (Map.Entry<?, Usage.Volume> e : usage.packs().entrySet()) {
      bytes += e.getValue().bytes();
      parts.add(
          HumanText.size(e.getValue().bytes())
              + " of "
              + String.valueOf(e.getKey()).toLowerCase(Locale.ROOT));
    }
    if (usage.months().isEmpty()) {
      return;
    }
    out.line();
    String ratio =
        bytes == 0
            ? ""
            : String.format(Locale.ROOT, " (%.1f : 1)", (double) usage.logical() / bytes);
    out.line(
        "stored: "
            + String.join(", ", parts)
            + "; one by one the backups would take "
            + HumanText.size(usage.logical())
            + ratio);
    if (unused != null) {
      out.line(
          "needed: "
              + HumanText.size(Math.max(0, bytes - unused))
              + "; "
              + HumanText.size(unused)
              + " no backup needs any more: see `salvor prune --dry-run`");
    }
    Table table = new Table("MONTH", ">BACKUPS", ">NEW", ">STORED");
    usage.months().entrySet().stream()
        .skip(Math.max(0, usage.months().size() - SHOWN_MONTHS))
        .forEach(
            e ->
                table.row(
                    e.getKey().toString(),
                    HumanText.count(e.getValue().backups()),
                    HumanText.size(e.getValue().added()),
                    HumanText.size(e.getValue().stored())));
    table.print(out);
  }
}
