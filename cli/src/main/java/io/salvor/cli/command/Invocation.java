package io.salvor.cli.command;

import io.salvor.cli.console.ErrorText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.ReaderGoneException;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** One run of the command line: from its words to its exit code. Every failure ends here. */
public final class Invocation {
  private final Machine machine;

  /** A run on this machine. */
  public Invocation(Machine machine) {
    this.machine = machine;
  }

  /** Runs the command that the words ask for, and returns the exit code. */
  public int run(String... words) {
    List<String> rest = new ArrayList<>(List.of(words));
    int end = rest.indexOf("--") < 0 ? rest.size() : rest.indexOf("--");
    List<String> flags = rest.subList(0, end);
    boolean json = flags.contains("--json");
    boolean debug = flags.contains("--debug");
    Session[] session = new Session[1];
    try {
      return dispatch(rest, session).code();
    } catch (ReaderGoneException e) {
      return (session[0] == null ? Exit.DONE : session[0].outcome()).code();
    } catch (SalvorException e) {
      return fail(e, session[0], json, debug);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(Failures.of(e), session[0], json, debug);
    } catch (IOException | RuntimeException | Error e) {
      return fail(Failures.of(e), session[0], json, debug);
    }
  }

  private Exit dispatch(List<String> rest, Session[] opened)
      throws IOException, InterruptedException {
    int at = commandWord(rest);
    if (at < 0) {
      return withoutCommand(rest);
    }
    String name = rest.remove(at);
    if (name.equals("help")) {
      return help(rest);
    }
    Commands.Listed listed =
        Commands.find(name).orElseThrow(() -> Suggestions.notACommand(name, rest.subList(0, at)));
    Command command = listed.maker().get();
    GlobalOptions options = new GlobalOptions();
    Syntax syntax = Syntax.of(listed, command, options);
    try {
      syntax.parse(rest);
    } catch (ParameterException e) {
      throw Suggestions.of(e, listed);
    }
    if (options.help) {
      return print(syntax.usage());
    }
    try (Session session = new Session(machine, options)) {
      opened[0] = session;
      Exit exit = command.run(session);
      session.outcome(exit);
      session.finish();
      return exit;
    }
  }

  /** Where the command stands among the words; negative if there is none. */
  private static int commandWord(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--")) {
        return -1;
      }
      if (!word.startsWith("-")) {
        return i;
      }
      if (GlobalOptions.WITH_VALUE.contains(word)) {
        i++;
      }
    }
    return -1;
  }

  private Exit withoutCommand(List<String> words) {
    if (words.contains("--version") || words.contains("-V")) {
      return print(machine.software() + "\n");
    }
    if (words.contains("--help") || words.contains("-h")) {
      return print(Overview.text());
    }
    if (words.isEmpty()) {
      Exit _ = print(Overview.text());
      return Exit.USAGE;
    }
    throw Words.usage("No command is given", "the words name options only");
  }

  private Exit help(List<String> words) {
    Optional<String> about = words.stream().filter(w -> !w.startsWith("-")).findFirst();
    if (about.isEmpty()) {
      return print(Overview.text());
    }
    Commands.Listed listed =
        Commands.find(about.get()).orElseThrow(() -> Suggestions.unknownCommand(about.get()));
    return print(Syntax.of(listed, listed.maker().get(), new GlobalOptions()).usage());
  }

  private Exit print(String text) {
    TextOutput out = machine.console().text(false);
    out.print(text);
    out.flush();
    return Exit.DONE;
  }

  private int fail(SalvorException e, @Nullable Session session, boolean json, boolean debug) {
    var messages = machine.console().messages();
    if (session != null) {
      session.progress().close();
    }
    ErrorText.lines(e).forEach(messages::println);
    if (debug) {
      e.printStackTrace(messages);
    }
    try {
      if (json) {
        Optional<JsonDocument> begun = session == null ? Optional.empty() : session.begun();
        JsonDocument document =
            begun.orElseGet(() -> new JsonDocument(machine.console().results()));
        document.unwind();
        ErrorText.write(e, document);
        document.end();
      } else if (session != null) {
        session.text().flush();
      }
    } catch (ReaderGoneException | SalvorException gone) {
      // The three lines have said it already.
      return e.code().exit().code();
    }
    return e.code().exit().code();
  }
}
