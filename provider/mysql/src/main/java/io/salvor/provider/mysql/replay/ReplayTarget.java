package io.salvor.provider.mysql.replay;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentBytes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.LiveCursor;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Rights;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Troubles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Databases that a backup is restored to, and then the log is applied to: nothing of them may be
 * there yet.
 */
final class ReplayTarget implements Target {
  private static final Pattern ENGINE = Pattern.compile("\\) ENGINE=(\\w+)");
  private static final int WORDS = 256;

  private final Target databases;
  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Chosen chosen;
  private final LogRestore restore;
  private @Nullable ReplayPlan plan;

  ReplayTarget(
      Target databases, Endpoint endpoint, Passwords passwords, Chosen chosen, LogRestore restore) {
    this.databases = databases;
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.chosen = chosen;
    this.restore = restore;
  }

  private ReplayPlan plan() throws IOException {
    ReplayPlan now = plan;
    if (now == null) {
      now = restore.planner(chosen, Progress.NONE).plan();
      plan = now;
    }
    return now;
  }

  @Override
  public String provider() {
    return databases.provider();
  }

  @Override
  public String address() {
    return databases.address();
  }

  @Override
  public Set<RestoreMode> modes() {
    return Set.of(RestoreMode.NEW);
  }

  @Override
  public boolean canMerge() {
    return false;
  }

  @Override
  public boolean isEmpty() throws IOException {
    return databases.isEmpty();
  }

  @Override
  public LiveCursor live(Progress progress) throws IOException {
    return databases.live(progress);
  }

  @Override
  public List<Key> untouchable() throws IOException {
    return databases.untouchable();
  }

  @Override
  public List<Key> leftovers() {
    return databases.leftovers();
  }

  @Override
  public Set<EntryField> compare(LiveItem live, Entry wanted) throws IOException {
    return databases.compare(live, wanted);
  }

  @Override
  public void requireReadable(LiveItem live) throws IOException {
    databases.requireReadable(live);
  }

  /** Always as wanted: it was looked at before the log has changed it. */
  @Override
  public Set<EntryField> verify(Key key, Entry wanted) {
    return Set.of();
  }

  @Override
  public Feasibility feasibility() {
    return new Looking(databases.feasibility());
  }

  @Override
  public Source undoSource(PlanFile file, boolean known) {
    return databases.undoSource(file, known);
  }

  @Override
  public Applier apply(
      PlanFile file, BlobSource blobs, Check check, Progress progress, Outcomes outcomes)
      throws IOException {
    return new Replaying(
        databases.apply(file, blobs, check, progress, outcomes), progress, outcomes);
  }

  @Override
  public void close() throws IOException {
    databases.close();
  }

  /** Looks at what is restored first, and then at the log. */
  private final class Looking implements Feasibility {
    private final Feasibility of;
    private final List<Notice> warnings = new ArrayList<>();
    private boolean events;

    Looking(Feasibility of) {
      this.of = of;
    }

    @Override
    public void consider(Step step) {
      of.consider(step);
      Entry entry = step.wanted();
      if (entry == null || entry.kind() != EntryKind.DEFINITION) {
        return;
      }
      String type = entry.attributes().text("type");
      events |= type.equals("event");
      if (type.equals("table")) {
        engine(step, entry);
      }
    }

    private void engine(Step step, Entry entry) {
      try {
        String sql =
            new String(
                ContentBytes.all(restore.repository().blobs(), entry.content(), entry.size()),
                StandardCharsets.UTF_8);
        var matcher = ENGINE.matcher(sql);
        if (matcher.find() && !matcher.group(1).equalsIgnoreCase("InnoDB")) {
          warnings.add(
              new Notice(
                  "not-exact",
                  step.key().toString(),
                  "its storage engine "
                      + matcher.group(1)
                      + " has no snapshots: what was changed while it was backed up may be applied"
                      + " twice"));
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public Findings findings() throws IOException {
      Findings found = of.findings();
      ReplayPlan now = plan();
      if (!now.problems().isEmpty()) {
        throw new SalvorException(
            ErrorCode.GOAL_UNREACHABLE,
            "The log cannot be applied up to " + restore.goalText(),
            String.join("; ", now.problems()),
            "restore to a time before that, or leave out with --include what is not needed");
      }
      try (Session session = Session.open(endpoint, passwords)) {
        require(session, now);
      } catch (IOException e) {
        throw Troubles.ofTarget(endpoint).told(e);
      }
      warnings.addAll(found.warnings());
      warnings.add(
          new Notice(
              "log-applied",
              "",
              "after the backup "
                  + restore.backup().id()
                  + ", complete at "
                  + restore.base().finished()
                  + ", the binary log is applied from "
                  + now.log().text(now.from())
                  + " to "
                  + now.log().text(now.to())
                  + (now.last() == null ? "" : ", " + now.last())
                  + ": "
                  + now.transactions()
                  + " transactions with "
                  + now.rows()
                  + " events of rows and "
                  + now.statements()
                  + " definitions, from "
                  + now.bytes()
                  + " bytes of log"));
      return new Findings(warnings, found.irreversible());
    }

    private void require(Session session, ReplayPlan now) throws IOException {
      Rights rights = Rights.of(session);
      boolean maria = session.isMariaDb();
      if (now.rows() > 0 && !rights.hasAnywhere("BINLOG REPLAY", "BINLOG_ADMIN", "SUPER")) {
        throw unusable(
            endpoint.user() + " may not apply rows of a binary log",
            "Have an administrator run: "
                + rights.grant(maria ? "BINLOG REPLAY" : "BINLOG_ADMIN", "*.*"));
      }
      long packet =
          Long.parseLong(session.query("SELECT @@max_allowed_packet AS p").getFirst().get("p"));
      long needed = now.largest() / 3 * 4 + WORDS;
      if (needed > (maria ? 2 : 1) * packet - WORDS) {
        throw unusable(
            "an event of "
                + now.largest()
                + " bytes does not fit into max_allowed_packet, which is "
                + packet,
            "SET GLOBAL max_allowed_packet = "
                + Math.min(1L << 30, Long.highestOneBit(needed) * 2));
      }
      String scheduler = session.query("SELECT @@global.event_scheduler AS s").getFirst().text("s");
      if ((events || now.events()) && (scheduler.equals("ON") || scheduler.equals("1"))) {
        throw unusable(
            "there are events that the server would run while the log is applied",
            "SET GLOBAL event_scheduler = OFF until it is restored");
      }
    }

    private SalvorException unusable(String why, String remedy) {
      return new SalvorException(
          ErrorCode.TARGET_UNUSABLE, "Cannot restore to " + endpoint, why, remedy);
    }
  }

  /** Applies the log when all of the backup is there. */
  private final class Replaying implements Applier {
    private final Applier to;
    private final Progress progress;
    private final Outcomes outcomes;

    Replaying(Applier to, Progress progress, Outcomes outcomes) {
      this.to = to;
      this.progress = progress;
      this.outcomes = outcomes;
    }

    @Override
    public void apply(long number, Step step) throws IOException, InterruptedException {
      to.apply(number, step);
    }

    @Override
    public void finish() throws IOException, InterruptedException {
      to.finish();
      ReplayPlan now = plan();
      try (LogApplier applier = new LogApplier(now, chosen, endpoint, passwords, progress)) {
        applier.run();
      }
      outcomes.note(
          new Notice(
              "log-applied",
              "",
              now.transactions()
                  + " transactions of the binary log were applied, up to "
                  + now.log().text(now.to())
                  + (now.last() == null ? "" : ", " + now.last())));
    }

    @Override
    public void close() {
      to.close();
    }
  }
}
