package io.salvor.cli.command;

import io.salvor.cli.console.Console;
import io.salvor.cli.console.ErrorText;
import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.PlainText;
import io.salvor.cli.console.ProgressMode;
import io.salvor.cli.console.ProgressReporter;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Opener;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.Surroundings;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one invocation works with: its options, its output, and what it opens, which is closed at
 * its end in reverse order. For one thread.
 */
final class Session implements AutoCloseable {
  private final Machine machine;
  private final GlobalOptions options;
  private final Times times;
  private final PrintStream messages;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private @Nullable ProgressReporter progress;
  private @Nullable JsonDocument json;
  private @Nullable TextOutput text;
  private Exit outcome = Exit.DONE;

  Session(Machine machine, GlobalOptions options) {
    this.machine = machine;
    this.options = options;
    this.times = Times.of(options.timezone);
    this.messages = machine.console().messages();
    // Said before anything is done.
    ProgressMode _ = options.progressMode();
    options.refuseWhatIsNotHere();
  }

  Machine machine() {
    return machine;
  }

  GlobalOptions options() {
    return options;
  }

  Console console() {
    return machine.console();
  }

  Times times() {
    return times;
  }

  /** Whether a JSON document is wanted. */
  boolean isJson() {
    return options.json;
  }

  /** Where lines for people go. */
  TextOutput text() {
    if (text == null) {
      String none = machine.environment().getOrDefault("NO_COLOR", "");
      text = console().text(none.isEmpty());
    }
    return text;
  }

  /** The JSON document, which {@link #finish} ends. */
  JsonDocument json() {
    if (json == null) {
      json = new JsonDocument(console().results());
    }
    return json;
  }

  /** Standard output for bytes. */
  OutputStream results() {
    return console().results();
  }

  /** Tells people something beside the result; programs find it in the document. */
  void say(String line) {
    if (!isJson()) {
      pausing(() -> messages.println(line));
    }
  }

  /** Warns. */
  void warn(String key, String message, String code) {
    if (options.progressMode() == ProgressMode.JSON) {
      progress().warn(code, key, message);
    } else {
      String subject = key.isEmpty() ? "" : key + ": ";
      pausing(
          () ->
              messages.println(
                  "salvor: warning: " + PlainText.of(subject + message + " [" + code + "]")));
    }
  }

  /** Prints three lines. */
  void printFailure(List<String> lines) {
    pausing(() -> lines.forEach(messages::println));
  }

  /** Prints on standard error while the progress line is away. */
  void pausing(Runnable job) {
    if (progress == null) {
      job.run();
    } else {
      progress.pause(job);
    }
  }

  PrintStream messages() {
    return messages;
  }

  /** Where jobs report. */
  ProgressReporter progress() {
    if (progress == null) {
      progress =
          new ProgressReporter(
              options.progressMode(),
              console(),
              columns(),
              machine.nanos(),
              machine.interruption()::check);
      opened.push(progress);
    }
    return progress;
  }

  /** Ends the command if a signal has come. */
  void checkCancelled() {
    machine.interruption().check();
  }

  private int columns() {
    String columns = machine.environment().getOrDefault("COLUMNS", "");
    return columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : 80;
  }

  /** A time as people here read it. */
  String time(Instant time) {
    return HumanText.time(time, times.zone() == null ? machine.zone() : times.zone());
  }

  /** How long ago that was. */
  String age(Instant time) {
    return HumanText.age(Duration.between(time, machine.clock().instant()));
  }

  /** The repository's address. */
  String repositoryAddress() {
    String address =
        options.repo != null ? options.repo : machine.environment().getOrDefault("SALVOR_REPO", "");
    if (address.isEmpty()) {
      throw Words.usage(
          "No repository is named",
          "neither --repo nor SALVOR_REPO is given",
          "say --repo /path/to/the/repository, or set SALVOR_REPO");
    }
    return address;
  }

  /** What opens an existing repository. */
  Opener opener() {
    return Openers.find(this, false);
  }

  /** Opens the repository to read; a local state that cannot be written is made up for. */
  Repository openToRead() throws IOException {
    return openToRead(repositoryAddress());
  }

  /** Opens another repository to read, with the same credential. */
  Repository openToRead(String address) throws IOException {
    return open(
        address,
        keep(
            LocalState.openOrTemporary(
                machine.environment(),
                machine.home(),
                e -> warn("", ErrorText.inOneLine(e), e.code().code()))));
  }

  /** Opens the repository to write. */
  Repository openToWrite() throws IOException {
    return openToWrite(repositoryAddress());
  }

  /** Opens another repository to write, with the same credential. */
  Repository openToWrite(String address) throws IOException {
    return open(address, keep(LocalState.open(machine.environment(), machine.home())));
  }

  /** Opens the repository to write; the caller closes it. */
  Repository openToWriteAlone() throws IOException {
    LocalState local = keep(LocalState.open(machine.environment(), machine.home()));
    return open(Storages.open(repositoryAddress()), this::opener, local);
  }

  /** The local state, as far as it can be written; the caller closes it. */
  LocalState localState() {
    return LocalState.openOrTemporary(machine.environment(), machine.home(), e -> {});
  }

  private Repository open(String address, LocalState local) throws IOException {
    return keep(open(Storages.open(address), this::opener, local));
  }

  /**
   * Opens another repository to read or write, which is closed at the end of the command.
   *
   * @param opener what opens it; asked for when the storage has been reached
   */
  Repository open(Storage storage, Supplier<Opener> opener) throws IOException {
    LocalState local =
        LocalState.openOrTemporary(
            machine.environment(),
            machine.home(),
            e -> warn("", ErrorText.inOneLine(e), e.code().code()));
    return keep(open(storage, opener, keep(local)));
  }

  /** Opens another repository with what opens it; the caller closes it. */
  Repository open(Storage storage, Opener opener) throws IOException {
    LocalState local =
        LocalState.openOrTemporary(
            machine.environment(),
            machine.home(),
            e -> warn("", ErrorText.inOneLine(e), e.code().code()));
    return Repository.open(storage, opener, surroundings(keep(local)), progress());
  }

  private Repository open(Storage storage, Supplier<Opener> with, LocalState local)
      throws IOException {
    try (Opener opener = with.get()) {
      return Repository.open(storage, opener, surroundings(local), progress());
    } catch (SalvorException e) {
      try (storage) {
        throw e.code() == ErrorCode.CREDENTIAL_MISSING ? Openers.named(e, storage) : e;
      }
    } catch (IOException | RuntimeException e) {
      storage.close();
      throw e;
    }
  }

  Surroundings surroundings(LocalState local) {
    return new Surroundings(machine.clock(), machine.random().get(), local, machine.software());
  }

  /** Closes this at the end of the command. */
  <T extends AutoCloseable> T keep(T resource) {
    opened.push(resource);
    return resource;
  }

  /** What the command comes to, should nobody read what it prints. */
  void outcome(Exit exit) {
    outcome = exit;
  }

  Exit outcome() {
    return outcome;
  }

  /** The document that has been begun, for a failure in the middle of it. */
  Optional<JsonDocument> begun() {
    return Optional.ofNullable(json);
  }

  /** Hands over everything that was printed. */
  void finish() {
    if (progress != null) {
      progress.close();
    }
    if (json != null) {
      json.end();
      json = null;
    }
    if (text != null) {
      text.flush();
    }
  }

  @Override
  public void close() throws IOException {
    IOException failed = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (IOException e) {
        failed = e;
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        failed = new IOException(e);
      }
    }
    if (failed != null) {
      throw failed;
    }
  }
}
