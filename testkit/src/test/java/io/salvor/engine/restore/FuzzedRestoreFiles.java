package io.salvor.engine.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens the parsers of plans and restore logs to the fuzzer. */
public final class FuzzedRestoreFiles {
  private FuzzedRestoreFiles() {}

  public static Object log(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return RestoreLog.read(file);
  }

  public static Object plan(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    PlanFile plan = PlanFile.open(file);
    try (PlanFile.Steps steps = plan.steps()) {
      while (steps.next() != null) {
        // Each is parsed.
      }
    }
    return plan;
  }
}
