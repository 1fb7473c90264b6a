package io.salvor.provider.postgresql.recovery;

import io.salvor.provider.postgresql.protocol.Passwords;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import io.salvor.provider.postgresql.protocol.ServerConnection.Purpose;
import io.salvor.provider.postgresql.protocol.ServerError;
import io.salvor.provider.postgresql.server.Installation;
import io.salvor.provider.postgresql.server.OsUser;
import io.salvor.provider.postgresql.server.ServerProcess;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds who may look at everything in a cluster of which no login is known. */
final class Superuser {
  private static final String QUERY =
      "SELECT rolname FROM pg_authid WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1";
  private static final Pattern ANSWER = Pattern.compile("1: rolname = \"(.*)\"\t\\(typeid");

  /** Who is one nearly everywhere. */
  private static final String USUAL = "postgres";

  private Superuser() {}

  /** The usual one, of a server that runs. */
  static Optional<String> usual(ServerProcess server) throws IOException {
    try (ServerConnection connection =
        ServerConnection.open(
            server.endpoint(USUAL, "template1"), Purpose.SQL, Passwords.NONE, notice -> {})) {
      List<Row> rows =
          connection.query(
              "SELECT rolname FROM pg_roles WHERE rolname = current_user AND rolsuper");
      return rows.isEmpty() ? Optional.empty() : Optional.of(USUAL);
    } catch (ServerError e) {
      return Optional.empty();
    }
  }

  /** Of a cluster whose server is down; the server's own process asks nobody who it is. */
  static String ofStopped(Installation programs, OsUser user, Path data)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                user.running(
                    List.of(
                        programs.program("postgres").toString(),
                        "--single",
                        "-D",
                        data.toString(),
                        "-c",
                        "allow_in_place_tablespaces=on",
                        "template1")))
            .directory(data.toFile())
            .redirectErrorStream(true)
            .start();
    try (OutputStream in = process.getOutputStream()) {
      in.write((QUERY + "\n").getBytes(StandardCharsets.UTF_8));
    }
    String says = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int _ = process.waitFor();
    Matcher answer = ANSWER.matcher(says);
    if (!answer.find()) {
      throw new IOException("the cluster has no superuser who may log in: " + says.strip());
    }
    return answer.group(1);
  }
}
