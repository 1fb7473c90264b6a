package io.salvor.cli.command;

import io.salvor.cli.console.Console;
import io.salvor.cli.console.Console.Terminals;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** A command that goes on until it is closed. */
  interface Running extends AutoCloseable {
    /**
     * Looks whether it still goes on.
     *
     * @throws SalvorException with its words if it has ended
     */
    void check();

    /**
     * Ends it in order.
     *
     * @throws SalvorException if it had failed
     */
    @Override
    void close() throws InterruptedException;
  }

  /** Begins a command that shows nothing, as with {@code &}. */
  Running begin(String... words) {
    Interruption own = new Interruption();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console quiet =
        new Console(
            InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, Terminals.NONE);
    AtomicInteger exit = new AtomicInteger();
    Thread running =
        Thread.ofVirtual().start(() -> exit.set(new Invocation(machine(quiet, own)).run(words)));
    return new Running() {
      @Override
      public void check() {
        session.checkCancelled();
        if (!running.isAlive()) {
          throw new SalvorException(
              ErrorCode.DEFECT,
              "The demonstration has failed",
              "`salvor " + shown(words) + "` has ended: " + err.toString(StandardCharsets.UTF_8),
              "please report it");
        }
      }

      @Override
      public void close() throws InterruptedException {
        boolean _ = own.raise("SIGTERM");
        running.join();
        require(exit.get(), words);
      }
    };
  }

  /** The id of the newest backup. */
  String latest() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = session.console();
    String[] words = {"list", "--progress=none"};
    require(invoke(new Console(console.in(), out, console.err(), Terminals.NONE), words), words);
    Matcher id = ID.matcher(out.toString(StandardCharsets.UTF_8));
    List<String> ids = new ArrayList<>();
    while (id.find()) {
      ids.add(id.group());
    }
    return ids.getLast();
  }

  private int invoke(Console console, String... words) {
    return new Invocation(machine(console, session.machine().interruption())).run(words);
  }

  private Machine machine(Console console, Interruption interruption) {
    Machine here = session.machine();
    return new Machine(
        console,
        environment,
        here.home(),
        here.directory(),
        here.zone(),
        here.clock(),
        here.nanos(),
        here.guessCost(),
        here.random(),
        here.providers(),
        here.targets(),
        here.host(),
        here.user(),
        here.software(),
        interruption);
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
