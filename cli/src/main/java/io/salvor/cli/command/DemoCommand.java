package io.salvor.cli.command;

import io.salvor.cli.console.HumanText;
import io.salvor.cli.console.JsonDocument;
import io.salvor.cli.console.TextOutput;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Sleeper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import picocli.CommandLine.Option;

/** {@code salvor demo}: protects real sources, damages them, recovers them, and proves that. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor demo --exit",
      "",
      "Everything happens in a new temporary directory, which is removed in the end."
    })
final class DemoCommand implements Command {
  @Option(names = "--exit", description = "end when everything has been shown")
  boolean exit;

  /** What was measured, in the order of the demonstration. */
  record Measure(String name, long millis, String result) {}

  private final List<Measure> measures = new ArrayList<>();

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    Path top = Files.createTempDirectory("salvor-demo-", ownerOnly());
    try {
      new Story(session, top).tell();
    } finally {
      DemoFiles.remove(top);
    }
    return Exit.DONE;
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  }

  /** The demonstration itself; its commands are those that a user would type. */
  private final class Story {
    private final Session session;
    private final TextOutput out;
    private final Path data;
    private final Path repository;
    private final Path key;
    private final DemoCommands commands;

    Story(Session session, Path top) throws IOException {
      this.session = session;
      this.out = session.text();
      this.data = top.resolve("shop");
      this.repository = top.resolve("repository");
      this.key = top.resolve("password");
      Files.writeString(key, Long.toHexString(session.machine().random().get().nextLong()) + "\n");
      Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      this.commands = new DemoCommands(session, repository, key, top.resolve("state"));
    }

    void tell() throws IOException, InterruptedException {
      say(
          "Salvor protects a directory and a database, loses them, and brings them back. All is"
              + " real.");
      DemoFiles.Made made =
          timed("make data", () -> DemoFiles.make(data), m -> HumanText.size(m.bytes()));
      note(
          HumanText.count(made.entries(), "entry", "entries")
              + ", "
              + HumanText.size(made.bytes())
              + " in "
              + data
              + ": nested, links, 2,000 small files, a sparse image of 256 MiB");
      run("init", "init");
      run("first backup", "backup", data.toString(), "--description", "the first one");
      String first = commands.latest();
      heading("One percent of the files change.");
      DemoFiles.change(data);
      run("second backup", "backup", data.toString());
      SortedMap<String, String> before = DemoFiles.checksums(data);
      run("compare", "diff", first, "latest", "orders/2026/00");
      heading("Disaster: a directory is deleted, files are overwritten, a stranger moves in.");
      long damaged = DemoFiles.damage(data);
      note(HumanText.count(damaged, "entry", "entries") + " deleted, overwritten or strange");
      heading("What would a restore do?");
      run(
          "preview",
          "restore",
          "latest",
          "--to",
          "origin",
          "--on-conflict",
          "overwrite",
          "--delete-extra",
          "--dry-run");
      run(
          "restore in place",
          "restore",
          "latest",
          "--to",
          "origin",
          "--on-conflict",
          "overwrite",
          "--delete-extra",
          "--yes");
      prove(before);
      long stored = DemoFiles.size(repository);
      database();
      run("verify every byte", "verify", "--depth", "full");
      summary(made, stored);
    }

    private void database() throws IOException, InterruptedException {
      Optional<DemoDatabase> started = DemoDatabase.start();
      if (started.isEmpty()) {
        say("");
        say("PostgreSQL 15 or newer is not installed here, so that no database is shown.");
        return;
      }
      try (DemoDatabase database = started.get()) {
        heading("A PostgreSQL under load, every commit of it followed.");
        note(
            "PostgreSQL " + database.version() + ", 20,000 orders and somebody who goes on buying");
        Sleeper sleeper = Sleeper.REAL;
        shown("follow", database.address());
        try (DemoCommands.Running follower = commands.begin("follow", database.address())) {
          database.awaitFollower(sleeper, follower::check);
          database.beginLoad();
          run("base backup", "backup", database.address());
          long rpo = 0;
          for (int i = 0; i < 5; i++) {
            long began = nanos();
            database.commitAndAwait(sleeper, follower::check);
            rpo = Math.max(rpo, millis(began));
          }
          measures.add(new Measure("commit to repository", rpo, ""));
          DemoDatabase.Moment moment = database.endLoad();
          heading("Somebody drops the table.");
          database.dropTable();
          database.awaitRepository(sleeper, follower::check);
          note("it had " + HumanText.count(moment.state().rows(), "row", "rows"));
          Path place = database.place();
          run(
              "restore to the second",
              "restore",
              "latest",
              "--source",
              database.address(),
              "--at",
              moment.time(),
              "--to",
              place.toString());
          DemoDatabase.State found = database.stateOf(place);
          heading("Is it the same? The rows' checksum, before the accident and recovered:");
          note("before     " + moment.state().sum() + "  " + moment.state().rows() + " rows");
          note("recovered  " + found.sum() + "  " + found.rows() + " rows");
          if (!found.equals(moment.state())) {
            throw new SalvorException(
                ErrorCode.RESTORE_MISMATCH,
                "What was recovered is not what was there",
                "the rows differ",
                "please report this");
          }
          note(out.good("identical"));
        }
      }
    }

    private void shown(String... words) {
      if (!session.isJson()) {
        out.line();
        out.line(out.bold("$ salvor " + DemoCommands.shown(words) + " &"));
        out.flush();
      }
    }

    /** Compares with what was there by means that share nothing with the product. */
    private void prove(SortedMap<String, String> before) throws IOException {
      heading("Is it the same? Every file's SHA-256, kind, mode and time, before and after:");
      long began = nanos();
      SortedMap<String, String> after = DemoFiles.checksums(data);
      String digestBefore = DemoFiles.digest(before);
      String digestAfter = DemoFiles.digest(after);
      note("before  " + digestBefore + "  " + HumanText.count(before.size()) + " entries");
      note("after   " + digestAfter + "  " + HumanText.count(after.size()) + " entries");
      measures.add(new Measure("independent comparison", millis(began), digestAfter));
      if (!before.equals(after)) {
        throw new SalvorException(
            ErrorCode.RESTORE_MISMATCH,
            "What was restored is not what was there",
            "the digests differ: " + DemoFiles.firstDifference(before, after),
            "please report this");
      }
      note(out.good("identical"));
    }

    private void run(String name, String... words) throws IOException, InterruptedException {
      session.checkCancelled();
      if (!session.isJson()) {
        out.line();
        out.line(out.bold("$ salvor " + DemoCommands.shown(words)));
        out.flush();
      }
      long began = nanos();
      commands.run(words);
      measures.add(new Measure(name, millis(began), ""));
    }

    private <T> T timed(
        String name, DemoFiles.Work<T> work, java.util.function.Function<T, String> result)
        throws IOException {
      long began = nanos();
      T made = work.run();
      measures.add(new Measure(name, millis(began), result.apply(made)));
      return made;
    }

    private void summary(DemoFiles.Made made, long stored) {
      double ratio = stored == 0 ? 0 : 2.0 * made.bytes() / stored;
      if (session.isJson()) {
        json(made, stored, ratio);
        return;
      }
      heading("What was measured");
      for (Measure m : measures) {
        out.line(
            String.format(
                Locale.ROOT,
                "  %-24s %10s",
                m.name,
                HumanText.duration(Duration.ofMillis(m.millis))));
      }
      out.line(
          "  "
              + HumanText.size(2 * made.bytes())
              + " of files in two backups are stored as "
              + HumanText.size(stored)
              + String.format(Locale.ROOT, " (%.1f : 1)", ratio));
      heading("To protect something of your own:");
      out.line("  export SALVOR_REPO=/srv/backups SALVOR_PASSWORD_FILE=~/.salvor-password");
      out.line("  salvor init");
      out.line("  salvor backup /home");
      out.line("  salvor restore latest --to /tmp/home");
    }

    private void json(DemoFiles.Made made, long stored, double ratio) {
      JsonDocument json = session.json();
      json.field("status", "success");
      json.field("entries", made.entries());
      json.field("bytes", made.bytes());
      json.field("stored", stored);
      json.field("ratio", ratio);
      json.array(
          "steps",
          () ->
              measures.forEach(
                  m ->
                      json.object(
                          () -> {
                            json.field("name", m.name);
                            json.field("durationMs", m.millis);
                          })));
    }

    private void say(String text) {
      if (!session.isJson()) {
        out.line(text);
      }
    }

    private void heading(String text) {
      if (!session.isJson()) {
        out.line();
        out.line(out.bold(text));
        out.flush();
      }
    }

    private void note(String text) {
      if (!session.isJson()) {
        out.line("  " + text);
        out.flush();
      }
    }

    private long nanos() {
      return session.machine().nanos().getAsLong();
    }

    private long millis(long began) {
      return (nanos() - began) / 1_000_000;
    }
  }
}
