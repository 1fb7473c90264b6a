package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.logical.DatabaseApplier.Numbered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes accounts and roles: first all of them, for one is granted to another whatever their names
 * are; what they may do only when that on which they may do it is there.
 */
final class AccountWriter {
  private static final int THERE = 1396;
  private static final int MOST = 10;

  private final Session session;
  private final BlobSource blobs;
  private final Outcomes outcomes;
  private final List<Made> made = new ArrayList<>();

  /** An account that has been made, and the grants that it is to get. */
  private record Made(Numbered one, String sql, List<String> grants) {}

  AccountWriter(Session session, BlobSource blobs, Outcomes outcomes) {
    this.session = session;
    this.blobs = blobs;
    this.outcomes = outcomes;
  }

  /** Makes accounts that may do nothing yet. */
  void make(List<Numbered> steps) throws IOException {
    for (Numbered one : steps) {
      Step step = one.step();
      Entry wanted = step.wanted();
      if (wanted == null) {
        throw new IllegalArgumentException("nothing to make: " + step.key());
      }
      if (step.change() instanceof Change.Update) {
        fail(one, "it is there with another definition, and was left as it is");
        continue;
      }
      try {
        String sql = DatabaseTarget.sql(blobs, wanted);
        List<String> lines =
            List.of(sql.split(";\n", -1)).stream().filter(line -> !line.isBlank()).toList();
        session.run(lines.getFirst());
        made.add(new Made(one, sql, lines.subList(1, lines.size())));
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        if (e.number() == THERE) {
          outcomes.moved(one.number(), step, "it cannot be made, or is there by now: " + e.said());
        } else {
          fail(one, e.said());
        }
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        outcomes.failed(one.number(), step, e.code(), String.valueOf(e.getMessage()));
      }
    }
  }

  /** Gives those that have been made their grants; what fails of them keeps no other back. */
  void grant() throws IOException {
    for (Made account : made) {
      List<String> refused = new ArrayList<>();
      for (String grant : account.grants()) {
        try {
          session.run(grant);
        } catch (ServerError e) {
          if (e.fatal()) {
            throw e;
          }
          refused.add(shown(grant) + ": " + e.said());
        }
      }
      Numbered one = account.one();
      if (refused.isEmpty()) {
        Entry wanted = one.step().entry();
        outcomes.done(
            one.number(),
            one.step(),
            LiveDatabases.fingerprint(account.sql(), wanted.attributes()));
      } else {
        fail(
            one,
            "it was made, but "
                + refused.size()
                + " of its "
                + account.grants().size()
                + " grants were refused: "
                + String.join("; ", refused.subList(0, Math.min(MOST, refused.size())))
                + (refused.size() > MOST ? "; …" : ""));
      }
    }
  }

  /** Without what its password is known by. */
  private static String shown(String grant) {
    int at = grant.indexOf(" IDENTIFIED ");
    return at < 0 ? grant : grant.substring(0, at);
  }

  private void fail(Numbered one, String why) {
    outcomes.failed(one.number(), one.step(), ErrorCode.ENTRY_NOT_RESTORED, why);
  }
}
