package io.salvor.cli.command;

import io.salvor.cli.console.Console;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs commands as a user would, in this process, against the demonstration's repository. */
final class DemoCommands {
  private static final Pattern ID = Pattern.compile("\\d{8}-\\d{6}-[0-9a-z]{5}");

  private final Session session;
  private final Map<String, String> environment;

  DemoCommands(Session session, Path repository, Path passwordFile, Path state) {
    this.session = session;
    this.environment = new HashMap<>(session.machine().environment());
    environment.remove("SALVOR_PASSWORD");
    environment.put("SALVOR_REPO", repository.toString());
    environment.put("SALVOR_PASSWORD_FILE", passwordFile.toString());
    environment.put("SALVOR_CACHE_DIR", state.toString());
  }

  /** Runs a command; one that fails ends the demonstration. */
  void run(String... words) {
    session.text().flush();
    Console console = session.console();
    Console shown =
        new Console(
            console.in(),
            session.isJson() ? OutputStream.nullOutputStream() : console.out(),
            console.err(),
            console.terminals());
    require(invoke(shown, words), words);
  }

  /** The id of the newest backup. */
  String latest() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = session.console();
    String[] words = {"list", "--progress=none"};
    require(
        invoke(new Console(console.in(), out, console.err(), Console.Terminals.NONE), words),
        words);
    Matcher id = ID.matcher(out.toString(StandardCharsets.UTF_8));
    List<String> ids = new ArrayList<>();
    while (id.find()) {
      ids.add(id.group());
    }
    return ids.getLast();
  }

  private int invoke(Console console, String... words) {
    Machine here = session.machine();
    Machine machine =
        new Machine(
            console,
            environment,
            here.home(),
            here.directory(),
            here.zone(),
            here.clock(),
            here.nanos(),
            here.random(),
            here.providers(),
            here.targets(),
            here.host(),
            here.user(),
            here.software(),
            here.interruption());
    return new Invocation(machine).run(words);
  }

  private void require(int exit, String... words) {
    session.checkCancelled();
    if (exit != 0) {
      throw new SalvorException(
          ErrorCode.DEFECT,
          "The demonstration has failed",
          "`salvor " + shown(words) + "` ended with exit code " + exit,
          "what it printed is above; please report it");
    }
  }

  /** The words as they would be typed. */
  static String shown(String... words) {
    List<String> shown = new ArrayList<>();
    for (String word : words) {
      shown.add(word.matches("[A-Za-z0-9_./:=+,@%-]+") ? word : "'" + word + "'");
    }
    return String.join(" ", shown);
  }
}
