package io.salvor.provider.mysql.logical;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Troubles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Tells ahead what of a restore cannot be made in a server's databases. */
final class DatabaseFeasibility implements Target.Feasibility {
  private static final int MOST = 20;

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Troubles troubles;
  private final List<Notice> irreversible = new ArrayList<>();
  private final List<Notice> warnings = new ArrayList<>();
  private long kept;
  private long events;

  DatabaseFeasibility(Endpoint endpoint, Passwords passwords, Troubles troubles) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.troubles = troubles;
  }

  @Override
  public void consider(Step step) {
    boolean ours =
        step.entry().kind() == EntryKind.TABLE
            ? Keys.isRows(step.key())
            : step.entry().kind() == EntryKind.DEFINITION && Keys.type(step.key()) != null;
    if (!ours) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "Cannot restore " + step.key() + " to " + endpoint,
          "it is no part of a database of MariaDB or MySQL",
          "name a target of the backup's own kind with --to");
    }
    Type type = Keys.type(step.key());
    Entry wanted = step.wanted();
    if (type == Type.EVENT && wanted != null && DefinitionWriter.hasNoZone(type, wanted)) {
      if (events++ < MOST) {
        warnings.add(DefinitionWriter.inUtc(step));
      }
    }
    if (type != null && type.isKept() && step.change() instanceof Change.Update && kept++ < MOST) {
      irreversible.add(
          new Notice(
              "definition-kept",
              step.key().toString(),
              "it is there with another definition, which stays; restore it under another name with"
                  + " --map, or drop it first"));
    }
  }

  @Override
  public Target.Findings findings() {
    List<Notice> warnings = new ArrayList<>(this.warnings);
    try (Session session = Session.open(endpoint, passwords)) {
      if (session.query("SELECT @@global.read_only AS ro").getFirst().text("ro").equals("1")) {
        warnings.add(
            new Notice(
                "read-only",
                "",
                "the server is read-only, as replicas are: only who may write there all the same"
                    + " can restore"));
      }
      if (!endpoint.database().isEmpty() && !Databases.all(session).contains(endpoint.database())) {
        warnings.add(
            new Notice("database-made", "", "there is no such database yet, and it will be made"));
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
    return new Target.Findings(warnings, irreversible);
  }
}
