package io.salvor.provider.mysql.logical;

import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Accounts of a server with their grants; the server's own are left out. */
final class Accounts {
  private static final Set<String> OWN =
      Set.of("mariadb.sys", "mysql.sys", "mysql.session", "mysql.infoschema", "PUBLIC");

  private Accounts() {}

  /** All of them, roles as well. */
  static List<Definition> of(Session session, Definitions.Failures failures) throws ServerError {
    List<Definition> all = new ArrayList<>();
    boolean maria = session.isMariaDb();
    for (Row row :
        session.query(
            "SELECT User AS user, Host AS host, "
                + (maria ? "is_role" : "'N'")
                + " AS role FROM mysql.user ORDER BY 1, 2")) {
      String user = row.get("user");
      if (OWN.contains(user)) {
        continue;
      }
      boolean role = row.get("role").equals("Y");
      String name = role ? user : user + "@" + row.get("host");
      String quoted = role ? Session.quoted(user) : Definitions.account(name);
      try {
        List<String> lines = new ArrayList<>();
        lines.add(
            role
                ? "CREATE ROLE " + quoted
                : session.query("SHOW CREATE USER " + quoted).getFirst().values().values().stream()
                    .findFirst()
                    .orElseThrow());
        for (Row grant : session.query("SHOW GRANTS FOR " + quoted)) {
          lines.add(String.valueOf(grant.values().values().iterator().next()));
        }
        String sql = String.join(";\n", lines) + ";\n";
        all.add(new Definition(Keys.user(name.isEmpty() ? "@" : name), Type.USER, name, sql));
      } catch (ServerError e) {
        if (e.fatal()) {
          throw e;
        }
        failures.failed(Keys.user(name), e.said());
      }
    }
    all.sort((a, b) -> a.key().compareTo(b.key()));
    return all;
  }
}
