package io.salvor.cli;

import io.salvor.provider.mysql.OptionFile;
import io.salvor.provider.mysql.Passwords;
import io.salvor.provider.mysql.follow.DatabaseLogs;
import io.salvor.provider.mysql.logical.DatabaseTargets;
import java.time.InstantSource;
import java.util.Map;

/** Databases of MariaDB and MySQL, with users and passwords as the client finds them. */
final class MariaDb {
  private MariaDb() {}

  static DatabaseLogs sources(Map<String, String> environment, InstantSource clock) {
    return new DatabaseLogs(user(environment), passwords(environment), clock);
  }

  static DatabaseTargets targets(Map<String, String> environment) {
    return new DatabaseTargets(user(environment), passwords(environment));
  }

  private static OptionFile file(Map<String, String> environment) {
    return new OptionFile(Wiring.home(environment).resolve(".my.cnf"));
  }

  private static String user(Map<String, String> environment) {
    String user = file(environment).user();
    return user != null ? user : System.getProperty("user.name", "root");
  }

  private static Passwords passwords(Map<String, String> environment) {
    Passwords given = endpoint -> environment.get("MYSQL_PWD");
    return given.or(file(environment));
  }
}
