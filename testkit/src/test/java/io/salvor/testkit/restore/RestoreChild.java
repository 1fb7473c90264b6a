package io.salvor.testkit.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.ConflictStrategy;
import io.salvor.engine.restore.RestoreReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Restores in a process of its own that may die in the middle, or be another user's. */
final class RestoreChild {
  private RestoreChild() {}

  /**
   * Restores the latest backup.
   *
   * @param arguments world, target, after how many progress events to die (0: never)
   */
  public static void main(String[] arguments) throws Exception {
    long deadline = Long.parseLong(arguments[2]);
    AtomicLong events = new AtomicLong();
    Progress dying =
        new Progress() {
          private volatile boolean restoring;

          @Override
          public void phase(String name) {
            restoring = name.equals("restore");
          }

          @Override
          public void advance(long items, long bytes) {
            if (restoring && events.incrementAndGet() == deadline) {
              Runtime.getRuntime().halt(137);
            }
          }
        };
    try (World world = new World(Path.of(arguments[0]))) {
      Backup backup = BackupList.read(world.repository).latest(b -> true).orElseThrow();
      RestoreReport report =
          world.restore(
              World.deleting(World.request(backup, ConflictStrategy.OVERWRITE)),
              Path.of(arguments[1]),
              dying);
      System.out.println(report.status() + " " + report.problems() + " " + report.notices());
    }
  }

  /** Copies the class path to where other users can read it. */
  static String readableClassPath(Path directory) throws Exception {
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (!entry.isEmpty() && Files.exists(Path.of(entry))) {
        Path copy = directory.resolve(Integer.toString(copies.size()) + ".jar");
        Process cp = new ProcessBuilder("cp", "-rL", entry, copy.toString()).inheritIO().start();
        if (cp.waitFor() == 0) {
          copies.add(copy.toString());
        }
      }
    }
    return String.join(":", copies);
  }

  /** Runs it; gives its exit status and appends what it says. */
  static int run(List<String> before, Path world, Path target, long deadline, StringBuilder out)
      throws Exception {
    return run(before, System.getProperty("java.class.path"), world, target, deadline, out);
  }

  static int run(
      List<String> before,
      String classPath,
      Path world,
      Path target,
      long deadline,
      StringBuilder out)
      throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            RestoreChild.class.getName(),
            world.toString(),
            target.toString(),
            Long.toString(deadline)));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    out.append(new String(process.getInputStream().readAllBytes(), UTF_8));
    return process.waitFor();
  }
}
