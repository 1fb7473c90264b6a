package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.PlainText;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.restore.ConflictPrompt;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.Step;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Asks the person at the terminal. */
final class TerminalPrompt implements ConflictPrompt {
  private final Session session;
  private @Nullable Resolution forAll;

  TerminalPrompt(Session session) {
    this.session = session;
  }

  /** Whether the answer is yes. */
  static boolean yes(Session session, List<String> before, String question) throws IOException {
    String answer = answer(session, before, question);
    return answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes");
  }

  @Override
  public Resolution ask(Step conflict) {
    if (forAll != null) {
      return forAll;
    }
    LiveItem live = conflict.live();
    List<String> sides =
        List.of(
            PlainText.of(
                EntryText.key(conflict.key())
                    + " differs: "
                    + String.join(", ", RestoreDocument.fields(conflict))),
            PlainText.of("  backup: " + side(conflict.wanted())),
            PlainText.of("  here:   " + side(live == null ? null : live.entry())));
    while (true) {
      String answer;
      try {
        answer =
            answer(
                session,
                sides,
                "(o)verwrite, (s)kip, (O)verwrite all, (S)kip all, (q)uit and write nothing? ");
      } catch (IOException e) {
        return Resolution.FAIL;
      }
      switch (answer) {
        case "o", "overwrite", "y", "yes" -> {
          return Resolution.OVERWRITE;
        }
        case "s", "skip" -> {
          return Resolution.SKIP;
        }
        case "O" -> {
          forAll = Resolution.OVERWRITE;
          return forAll;
        }
        case "S" -> {
          forAll = Resolution.SKIP;
          return forAll;
        }
        case "q", "n", "no", "" -> {
          forAll = Resolution.FAIL;
          return forAll;
        }
        default -> session.messages().println("one of o, s, O, S, q");
      }
    }
  }

  private String side(@Nullable Entry entry) {
    return entry == null
        ? "nothing"
        : EntryText.mode(entry)
            + " "
            + EntryText.owner(entry.user())
            + " "
            + HumanText.count(entry.size(), "byte", "bytes")
            + ", "
            + session.time(EntryText.instant(entry.mtime()))
            + EntryText.suffix(entry);
  }

  private static String answer(Session session, List<String> before, String question)
      throws IOException {
    CompletableFuture<String> line = new CompletableFuture<>();
    session.pausing(
        () -> {
          before.forEach(session.messages()::println);
          session.messages().print(question);
          session.messages().flush();
          await(line, session);
        });
    session.checkCancelled();
    try {
      return line.getNow("").strip();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException failed ? failed : new IOException(e.getCause());
    }
  }

  /** Whoever presses Ctrl-C at a question is not made to answer it first. */
  private static void await(CompletableFuture<String> line, Session session) {
    Interruption interruption = session.machine().interruption();
    interruption.onSignal(() -> line.complete(""));
    try {
      // A read from the terminal cannot be interrupted, but be left behind.
      Thread.ofPlatform()
          .daemon()
          .name("answer")
          .start(
              () -> {
                try {
                  line.complete(line(session.console().in()));
                } catch (IOException e) {
                  line.completeExceptionally(e);
                }
              });
      if (interruption.hasCome()) {
        session.messages().println();
        return;
      }
      line.handle((answer, failure) -> answer).join();
      if (interruption.hasCome()) {
        session.messages().println();
      }
    } finally {
      interruption.onSignal(null);
    }
  }

  /** One line; the end of the input is an empty one. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      bytes.write(b);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
