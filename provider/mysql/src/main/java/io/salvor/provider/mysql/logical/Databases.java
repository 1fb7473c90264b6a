package io.salvor.provider.mysql.logical;

import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.ServerError;
import io.salvor.provider.mysql.Session;
import io.salvor.provider.mysql.Session.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Databases of a server, but for its own. */
public final class Databases {
  private static final Set<String> OWN =
      Set.of("mysql", "information_schema", "performance_schema", "sys");

  private Databases() {}

  /**
   * Those that an address means.
   *
   * @throws ServerError if the one that it names is not there, or may not be used
   */
  public static List<String> of(Session session, Endpoint endpoint) throws ServerError {
    if (!endpoint.database().isEmpty()) {
      session.run("USE " + Session.quoted(endpoint.database()));
      return List.of(endpoint.database());
    }
    return all(session);
  }

  /** All that the account may see, ascending. */
  public static List<String> all(Session session) throws ServerError {
    List<String> names = new ArrayList<>();
    for (Row row :
        session.query(
            "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA ORDER BY SCHEMA_NAME")) {
      if (!OWN.contains(row.get("name"))) {
        names.add(row.get("name"));
      }
    }
    return names;
  }
}
