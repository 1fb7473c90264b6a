package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.Exit;
import io.salvor.engine.fact.ActiveHold;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Proof;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code salvor show}. */
@picocli.CommandLine.Command(
    footer = {"", "examples:", "  salvor show latest --source /home", "  salvor show 20260130-15"})
final class ShowCommand implements Command {
  @Parameters(paramLabel = "<backup>", description = "an id, the beginning of one, or latest")
  String backup = "";

  @Mixin BackupChoice choice = new BackupChoice();

  @Override
  public Exit run(Session session) throws IOException {
    Repository repository = session.openToRead();
    BackupList list = BackupList.read(repository);
    Facts facts = Facts.of(repository);
    Backup found = choice.one(list, repository, backup, session);
    if (session.isJson()) {
      new BackupDocument(repository, facts).write(found, session.json());
    } else {
      print(found, facts, session, repository);
    }
    return Exit.DONE;
  }

  private static void print(Backup backup, Facts facts, Session session, Repository repository) {
    TextOutput out = session.text();
    Manifest m = backup.manifest();
    out.line(out.bold("backup " + m.id()) + "  " + m.status().word());
    line(out, "type", m.lineage().type().word());
    if (m.lineage().parent() != null) {
      line(out, "parent", m.lineage().parent().text());
    }
    if (m.lineage().base() != null) {
      line(out, "base", m.lineage().base().text());
    }
    line(out, "source", m.origin().source());
    line(out, "host", m.origin().host());
    if (!m.origin().group().isEmpty()) {
      line(out, "group", m.origin().group());
    }
    line(out, "made by", m.origin().createdBy() + ", " + m.software());
    line(out, "location", repository.storage().address());
    line(out, "begun", session.time(m.started()));
    line(out, "ended", session.time(m.finished()));
    line(out, "took", HumanText.duration(Duration.between(m.started(), m.finished())));
    if (!m.label().description().isEmpty()) {
      line(out, "note", m.label().description());
    }
    facts.labels(backup).forEach((k, v) -> line(out, "tag", k + "=" + v));
    Manifest.Counts n = m.entries();
    line(
        out,
        "entries",
        "%,d: %,d added, %,d changed, %,d removed, %,d failed"
            .formatted(n.total(), n.added(), n.changed(), n.removed(), n.failed()));
    line(out, "size", HumanText.size(m.bytes().logical()));
    line(out, "read", HumanText.size(m.bytes().read()));
    line(out, "new", HumanText.size(m.bytes().added()) + ratio(m));
    line(out, "checksum", "sha256:" + backup.checksum());
    line(out, "encrypted", "AES-256-GCM, epoch " + m.epoch());
    if (m.undo() != null) {
      line(out, "undo of", "restore " + m.undo().restore());
      line(out, "held until", session.time(m.undo().heldUntil()));
    }
    for (ActiveHold hold : facts.holds(backup.id())) {
      line(out, "held", since(hold, session));
    }
    proof(facts.proof(backup.id()), out, session);
    for (Manifest.Component c : m.components()) {
      line(
          out,
          "component",
          c.name()
              + " ("
              + c.kind()
              + "): "
              + c.status().word()
              + ", "
              + (c.kind().equals("table")
                  ? HumanText.count(c.entries(), "row", "rows")
                  : HumanText.count(c.entries(), "entry", "entries"))
              + ", "
              + HumanText.size(c.bytes()));
    }
    for (Manifest.Failure f : m.failures()) {
      line(out, "failed", Key.decode(f.key()) + ": " + f.message() + " [" + f.code() + "]");
    }
  }

  private static String since(ActiveHold hold, Session session) {
    Instant since = hold.since();
    return since == null
        ? "for good: the note that says why is lost"
        : "since "
            + session.time(since)
            + " by "
            + hold.author()
            + (hold.reason().isEmpty() ? "" : ": " + hold.reason());
  }

  private static void proof(@Nullable Proof proof, TextOutput out, Session session) {
    if (proof == null) {
      line(out, "proof", "none yet");
      return;
    }
    if (proof.restored() != null) {
      line(
          out,
          "proof",
          "restored " + session.time(proof.restored()) + " in " + HumanText.duration(proof.took()));
    }
    if (proof.verified() != null && proof.depth() != null) {
      line(
          out,
          "proof",
          "verified "
              + session.time(proof.verified())
              + ", depth "
              + proof.depth().name().toLowerCase(Locale.ROOT));
    }
  }

  private static String ratio(Manifest m) {
    String stored = ", stored as " + HumanText.size(m.bytes().stored());
    return m.bytes().stored() == 0
        ? stored
        : stored
            + String.format(
                Locale.ROOT, " (%.1f : 1)", (double) m.bytes().added() / m.bytes().stored());
  }

  private static void line(TextOutput out, String name, String value) {
    out.line(String.format(Locale.ROOT, "  %-10s %s", name, PlainText.of(value)));
  }
}
