package io.salvor.provider.mysql.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.Step;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.server.TrialServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What restores write, by statements to a real MariaDB. */
class WritersTest {
  private static TrialServer server;

  private final Told told = new Told();
  private Session session;

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(TrialServer.isPossible(), "MariaDB is not installed");
    server = TrialServer.start(Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void open() throws IOException {
    session = Session.open(server.endpoint("root", ""), Passwords.NONE);
    session.run("CREATE OR REPLACE DATABASE shop");
    session.run("USE shop");
  }

  @AfterEach
  void close() {
    session.close();
  }

  private List<String> names(String sql) throws IOException {
    return session.query(sql).stream().map(row -> row.get("name")).toList();
  }

  @Test
  void aTriggerThatCannotBeMadeAgainKeepsNoOtherBack() throws IOException {
    session.run("CREATE TABLE t (a int, b int)");
    session.run("CREATE TRIGGER one BEFORE INSERT ON t FOR EACH ROW SET NEW.b = 1");
    session.run("CREATE TRIGGER two BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1");
    Names.Name name = new Names.Name("shop", "t");
    Triggers triggers = new Triggers(server.endpoint("root", ""), Passwords.NONE, told);
    List<Definition> taken = triggers.of(session, name);
    assertThat(triggers.obstacle(session, name, taken)).isNull();
    triggers.drop(session, name, taken);
    session.run("ALTER TABLE t DROP COLUMN b");

    triggers.again(session, name, taken);

    assertThat(names("SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS"))
        .contains("two");
    assertThat(told.all)
        .singleElement()
        .asString()
        .startsWith("incomplete definitions/shop/trigger/t/one")
        .contains("Unknown column 'b' in 'NEW'");
  }

  @Test
  void anEventOfABackupThatTellsNoTimeZoneIsMadeInUtcAndThatIsSaid() throws IOException {
    Attributes none = Attributes.NONE.with("sql-mode", "").with("collation", "utf8mb4_bin");
    Definition event =
        new Definition(
            Keys.definition("shop", Type.EVENT, "nightly"),
            Type.EVENT,
            "nightly",
            "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' DO SELECT 1",
            none);

    make(event);

    assertThat(names("SELECT TIME_ZONE AS name FROM information_schema.EVENTS"))
        .containsExactly("+00:00");
    assertThat(told.all)
        .hasSize(2)
        .first()
        .asString()
        .startsWith("time-zone-not-known definitions/shop/event/nightly");
  }

  @Test
  void whatOneObjectIsWrittenUnderIsNotThatOfTheNext() throws IOException {
    String settings =
        "SELECT concat_ws(' ', @@collation_connection, @@sql_mode, @@time_zone) AS name";
    List<String> before = names(settings);
    Attributes attributes =
        Attributes.NONE
            .with("sql-mode", "ANSI_QUOTES")
            .with("collation", "latin1_swedish_ci")
            .with("time-zone", "+05:00");
    make(
        new Definition(
            Keys.definition("shop", Type.PROCEDURE, "p"),
            Type.PROCEDURE,
            "p",
            "CREATE PROCEDURE p() SELECT \"a\" FROM (SELECT 1 AS a) AS x",
            attributes));

    assertThat(told.all).containsExactly("done definitions/shop/procedure/p");
    assertThat(names(settings)).isEqualTo(before);
    assertThat(session.query("SHOW CREATE PROCEDURE shop.p").getFirst().get("collation_connection"))
        .isEqualTo("latin1_swedish_ci");
  }

  private void make(Definition definition) throws IOException {
    byte[] sql = definition.bytes();
    ContentRef content =
        new ContentRef.Inline(
            List.of(new Extent.Data(sql.length, new BlobId(1, 2, 3, 4), BlobKind.DATA)));
    Step step =
        new Step(
            definition.key(),
            new Change.Create(),
            Resolution.NONE,
            definition.entry(new PosixTime(0, 0), content),
            null,
            null);
    BlobSource blobs =
        new BlobSource() {
          @Override
          public byte[] get(BlobKind kind, BlobId id) {
            return sql;
          }

          @Override
          public boolean contains(BlobKind kind, BlobId id) {
            return true;
          }
        };
    new DefinitionWriter(session, new Names(new Mapping(Map.of())), blobs, told, Map.of())
        .make(List.of(new DatabaseApplier.Numbered(0, step)));
  }

  private static final class Told implements Outcomes {
    private final List<String> all = new ArrayList<>();

    @Override
    public void done(long number, Step step, Fingerprint now) {
      all.add("done " + step.key());
    }

    @Override
    public void removed(long number, Step step) {
      all.add("removed " + step.key());
    }

    @Override
    public void moved(long number, Step step, String what) {
      all.add("moved " + step.key() + " " + what);
    }

    @Override
    public void failed(long number, Step step, ErrorCode code, String message) {
      all.add("failed " + step.key() + " " + message);
    }

    @Override
    public void incomplete(String key, ErrorCode code, String message) {
      all.add("incomplete " + key + " " + message);
    }

    @Override
    public void note(Notice notice) {
      all.add(notice.code() + " " + notice.key() + " " + notice.message());
    }
  }
}
