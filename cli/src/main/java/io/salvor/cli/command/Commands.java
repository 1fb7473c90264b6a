package io.salvor.cli.command;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Every command, in the order in which people meet them. */
final class Commands {
  /**
   * A command as it is listed; only the one that is asked for is made.
   *
   * @param summary one line
   */
  record Listed(String name, String summary, Supplier<Command> maker) {}

  static final List<Listed> ALL =
      List.of(
          new Listed("init", "make a repository", InitCommand::new),
          new Listed("backup", "protect directories, or a command's output", BackupCommand::new),
          new Listed("list", "list backups", ListCommand::new),
          new Listed("show", "show one backup", ShowCommand::new),
          new Listed("ls", "list the entries of a backup", LsCommand::new),
          new Listed("cat", "print a file of a backup", CatCommand::new),
          new Listed("find", "search the entries of backups", FindCommand::new),
          new Listed("diff", "compare two backups", DiffCommand::new),
          new Listed("verify", "check that backups can be read back", VerifyCommand::new),
          new Listed("restore", "bring entries back, after a preview", RestoreCommand::new),
          new Listed("restores", "list the restores that were made", RestoresCommand::new),
          new Listed("rollback", "take a restore back", RollbackCommand::new),
          new Listed("follow", "capture a source continuously", FollowCommand::new),
          new Listed("archive", "take a file of a server's log in", ArchiveCommand::new),
          new Listed("windows", "show from when to when can be recovered", WindowsCommand::new),
          new Listed("hold", "keep a backup from being forgotten", HoldCommand::new),
          new Listed("unhold", "release a backup from its holds", UnholdCommand::new),
          new Listed("forget", "let backups go, by rules or by name", ForgetCommand::new),
          new Listed("prune", "give room back that no backup needs", PruneCommand::new),
          new Listed("cancel", "stop a backup that is running", CancelCommand::new),
          new Listed("repair", "mend what damage has left", RepairCommand::new),
          new Listed("copy", "bring a copy of the repository up to date", CopyCommand::new),
          new Listed("export", "write a backup as a tar archive", ExportCommand::new),
          new Listed(
              "key", "who may open the repository: list, add, remove, rotate", KeyCommand::new),
          new Listed("erase", "erase backups for good, in copies too", EraseCommand::new),
          new Listed("status", "show the repository and its sources", StatusCommand::new),
          new Listed("doctor", "check the machine and the repository", DoctorCommand::new),
          new Listed("completion", "print a script that completes words", CompletionCommand::new),
          new Listed("demo", "protect, damage and recover a real directory", DemoCommand::new));

  private Commands() {}

  /** The command of this name. */
  static Optional<Listed> find(String name) {
    // As tools that are made with the same parser call it.
    String meant = name.equals("generate-completion") ? "completion" : name;
    return ALL.stream().filter(c -> c.name().equals(meant)).findFirst();
  }
}
