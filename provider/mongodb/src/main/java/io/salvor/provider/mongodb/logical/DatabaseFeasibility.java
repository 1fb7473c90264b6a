package io.salvor.provider.mongodb.logical;

import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Step;
import io.salvor.engine.restore.Target;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.Troubles;
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
  private long bytes;

  DatabaseFeasibility(Endpoint endpoint, Passwords passwords, Troubles troubles) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.troubles = troubles;
  }

  @Override
  public void consider(Step step) {
    boolean ours =
        step.entry().kind() == EntryKind.TABLE
            ? Keys.isDocuments(step.key())
            : step.entry().kind() == EntryKind.DEFINITION && Keys.type(step.key()) != null;
    if (!ours) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "Cannot restore " + step.key() + " to " + endpoint,
          "it is no part of a database of MongoDB",
          "name a target of the backup's own kind with --to");
    }
    Type type = Keys.type(step.key());
    if (type == null) {
      bytes += step.change() instanceof Change.Delete ? 0 : step.entry().size();
    } else if (type.isKept() && step.change() instanceof Change.Update) {
      irreversible(
          "definition-kept",
          step,
          "it is there with other options, which stay; restore it under another name with --map, or"
              + " drop it first");
    } else if (type == Type.USER && step.change() instanceof Change.Create) {
      irreversible(
          "password-lost",
          step,
          "no backup has its password: it is made with one that nobody knows, until an"
              + " administrator sets another");
    }
  }

  private void irreversible(String code, Step step, String message) {
    if (irreversible.size() < MOST) {
      irreversible.add(new Notice(code, step.key().toString(), message));
    }
  }

  @Override
  public Target.Findings findings() {
    List<Notice> warnings = new ArrayList<>();
    try (Server server = Server.openToWrite(endpoint, passwords)) {
      Room room = Room.of(server, endpoint.database().isEmpty() ? "admin" : endpoint.database());
      if (room != null && room.free() < bytes) {
        warnings.add(
            new Notice(
                "little-room",
                "",
                "the documents have "
                    + (bytes >> 20)
                    + " MiB before the server compresses them, and its disk has "
                    + (room.free() >> 20)
                    + " MiB left; what is replaced stays beside until it is whole"));
      }
    } catch (IOException e) {
      throw troubles.told(e);
    }
    return new Target.Findings(warnings, irreversible);
  }
}
