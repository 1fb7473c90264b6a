package io.salvor.cli.command;

import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.TrialCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** A database of a cluster that is there for a test. */
public record Database(TrialCluster cluster, String name) {

  /** Its address for the superuser. */
  public String address() {
    return addressAs("owner@" + cluster.home().toString().replace("/", "%2F"));
  }

  /** Its address for somebody else, by the port. */
  String addressAs(String userAndHost) {
    return "postgresql://"
        + (userAndHost.contains("@") ? userAndHost : userAndHost + "@127.0.0.1")
        + ":"
        + cluster.local("").port()
        + "/"
        + name;
  }

  /** Makes it. */
  public static Database create(TrialCluster cluster, String name) throws IOException {
    cluster.sql("CREATE DATABASE " + name);
    return new Database(cluster, name);
  }

  /** Runs statements as the superuser. */
  public void run(String sql) throws IOException {
    try (ServerConnection connection = open()) {
      connection.send(sql).end();
    }
  }

  /** The values of a statement's only column. */
  public List<String> values(String sql) throws IOException {
    try (ServerConnection connection = open()) {
      List<Row> rows = connection.query(sql);
      java.util.ArrayList<String> values = new java.util.ArrayList<>();
      for (Row row : rows) {
        values.add(row.find(row.columns().getFirst()));
      }
      return values;
    }
  }

  private ServerConnection open() throws IOException {
    return ServerConnection.open(cluster.local(name), Purpose.SQL, Passwords.NONE, notice -> {});
  }

  /** All of it, as pg_dump tells it. */
  public String dump() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Installation.having("pg_dump").getFirst().program("pg_dump").toString(),
                "-h",
                cluster.home().toString(),
                "-p",
                String.valueOf(cluster.local("").port()),
                "-U",
                "owner",
                name)
            .redirectErrorStream(true)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(text);
    }
    // Some versions begin and end with a random word.
    return text.lines()
        .filter(line -> !line.startsWith("\\restrict") && !line.startsWith("\\unrestrict"))
        .collect(Collectors.joining("\n"));
  }
}
