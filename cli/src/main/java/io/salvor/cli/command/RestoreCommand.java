package io.salvor.cli.command;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.Exit;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Check;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.PlanFile;
import io.salvor.engine.restore.PlannedRestore;
import io.salvor.engine.restore.RestoreMode;
import io.salvor.engine.restore.RestoreRequest;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.Undo;
import io.salvor.engine.tree.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code salvor restore}. */
@picocli.CommandLine.Command(
    footer = {
      "",
      "examples:",
      "  salvor restore latest --to /tmp/home                    everything, beside the original",
      "  salvor restore latest --to origin --dry-run             what would it do?",
      "  salvor restore latest --to origin --on-conflict overwrite --yes",
      "  salvor restore latest --to /tmp/x --include '/etc/nginx/' --include '*.conf'",
      "  salvor restore latest --source /home --at 2026-01-30T15:00:00Z --to /tmp/home",
      "",
      "What lay in the source directory comes to lie in the target. An existing entry that differs",
      "is a conflict. What is changed or deleted is kept first, for 30 days: see `salvor rollback`."
    })
final class RestoreCommand implements Command {
  @Parameters(
      arity = "0..1",
      paramLabel = "<backup>",
      description = "an id, the beginning of one, or latest")
  @Nullable String backup;

  @Option(
      names = "--to",
      paramLabel = "<target>",
      description =
          "a directory or postgresql://user@host:port/database, neither of which need exist; or"
              + " origin")
  @Nullable String to;

  @Mixin Fallback fallback = new Fallback();

  @Mixin BackupChoice choice = new BackupChoice();

  @Mixin ForeignOptions foreign = new ForeignOptions();

  @Mixin TimeChoice time = new TimeChoice();

  @Mixin PatternOptions patterns = new PatternOptions();

  @Mixin WriteOptions write = new WriteOptions();

  @Option(
      names = "--delete-extra",
      description = "delete what exists in the restored part and is not in the backup")
  boolean deleteExtra;

  @Option(
      names = "--mode",
      paramLabel = "<mode>",
      description = "inplace (the default), or new: nothing may be there")
  String mode = "inplace";

  @Option(
      names = "--undo-to",
      paramLabel = "<address>",
      description = "keep what is changed or deleted in this repository")
  @Nullable String undoTo;

  @Option(
      names = "--check",
      paramLabel = "<how>",
      description =
          "how what was written is verified: metadata, content (the default), or durable: read"
              + " back from the device")
  String check = "content";

  @Option(
      names = "--no-proof",
      description = "do not note in the repository that the backup was restored")
  boolean noProof;

  @Option(
      names = "--save-plan",
      paramLabel = "<file>",
      description = "keep the plan in a file, to be applied later; write nothing else")
  @Nullable Path savePlan;

  @Option(names = "--plan", paramLabel = "<file>", description = "apply a plan that was kept")
  @Nullable Path plan;

  @Override
  public Exit run(Session session) throws IOException, InterruptedException {
    requireSense();
    ConflictStrategy strategy = write.strategy(session);
    RestoreMode wantedMode =
        Words.choose("--mode", mode, RestoreMode.values(), m -> m.name().toLowerCase(Locale.ROOT));
    Check wantedCheck =
        Words.choose("--check", check, Check.values(), c -> c.name().toLowerCase(Locale.ROOT));
    Selection selection = patterns.selection();
    Instant until = time.until(session);
    String given = to == null || to.equals(Targets.ORIGIN) ? null : Targets.given(to, session);
    Mapping mapping = foreign.mapping();
    if (given != null) {
      requireMappable(given, mapping, session);
    }
    Repository repository =
        write.dryRun || savePlan != null ? session.openToRead() : session.openToWrite();
    fallback.use(repository, session);
    Restores restores =
        new Restores(repository, session.machine().host().get(), session.machine().user());
    RestoreSteps steps = new RestoreSteps(session, restores);
    if (!noProof && plan == null && patterns.isEmpty()) {
      steps.proving(repository);
    }
    if (plan != null) {
      String where = given != null ? given : PlanFile.open(plan).plan().target();
      try (Target target = Targets.open(where, mapping, repository, session);
          PlannedRestore loaded = restores.load(plan, target)) {
        return write.dryRun
            ? steps.preview(loaded, null)
            : steps.apply(
                loaded, write.yes, write.acceptIrreversible, undo(repository, session), target);
      }
    }
    BackupList list = BackupList.read(repository);
    Backup found = chosen(list, repository, until, session);
    Tree tree = repository.tree(found.manifest().root());
    Targets.Place place = Targets.place(String.valueOf(to), found.manifest(), tree, session);
    requireMappable(place.address(), mapping, session);
    Includes includes = new Includes(scope(selection, place, mapping, session), patterns.include);
    try (Target target = Targets.open(place.address(), mapping, repository, session);
        PlannedRestore planned =
            steps.plan(
                strategy,
                !write.dryRun,
                prompt ->
                    restores.plan(
                        new RestoreRequest(
                            found,
                            includes.scope(),
                            wantedMode,
                            strategy,
                            prompt,
                            deleteExtra,
                            wantedCheck),
                        target,
                        session.progress()))) {
      includes.tell(session);
      if (savePlan != null) {
        planned.save(savePlan);
      }
      return write.dryRun || savePlan != null
          ? steps.preview(planned, savePlan)
          : steps.apply(
              planned, write.yes, write.acceptIrreversible, undo(repository, session), target);
    }
  }

  /** Whether the target has names that can be mapped. */
  private void requireMappable(String address, Mapping mapping, Session session) {
    if (!mapping.isEmpty() && Targets.provider(address, session).isEmpty()) {
      foreign.refuseMapping();
    }
  }

  private static Scope scope(
      Selection selection, Targets.Place place, Mapping mapping, Session session) {
    Scope written = Scope.of(selection);
    Scope asked =
        Targets.provider(place.address(), session)
            .map(provider -> provider.scope(written, mapping))
            .orElse(written);
    return place.scope() == Scope.ALL ? asked : asked.and(place.scope());
  }

  private void requireSense() {
    foreign.refuse("restore");
    String see = "see `salvor help restore` for examples";
    if (plan == null && (backup == null || to == null)) {
      throw Words.usage(
          backup == null ? "`salvor restore` needs a backup" : "`salvor restore` needs a target",
          backup == null ? "no id and no latest is given" : "--to is not given",
          "say for instance `salvor restore latest --to /tmp/restored`; " + see);
    }
    if (plan != null && (backup != null || savePlan != null || time.isGiven())) {
      throw Words.usage(
          "--plan cannot go with another choice of what to restore",
          "the plan names its backup and its target",
          see);
    }
    if (undoTo != null && write.noUndo) {
      throw Words.usage("--undo-to and --no-undo cannot go together", "they say opposites", see);
    }
    time.requireSense(backup, see);
  }

  private Backup chosen(
      BackupList list, Repository repository, @Nullable Instant until, Session session)
      throws IOException {
    String word = String.valueOf(backup);
    if (until == null) {
      return choice.one(list, repository, word, session);
    }
    try {
      return choice.one(list, repository, word, until, session);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.BACKUP_NONE) {
        throw e;
      }
      throw tooEarly(list, until, e, session);
    }
  }

  private SalvorException tooEarly(
      BackupList list, Instant until, SalvorException cause, Session session) {
    String earliest =
        list.backups().stream()
            .filter(b -> b.sealed() && !b.isUndo() && choice.takes(b, session))
            .findFirst()
            .map(b -> "the first was complete at " + b.manifest().finished())
            .orElse("there is none at all");
    return new SalvorException(
        ErrorCode.BACKUP_NONE,
        "No backup was complete at " + until,
        earliest,
        "name a later time, or a backup by its id: see `salvor list`",
        cause);
  }

  private Undo undo(Repository repository, Session session) throws IOException {
    if (write.noUndo) {
      return new Undo.None();
    }
    return new Undo.Into(undoTo == null ? repository : session.openToWrite(undoTo));
  }
}
