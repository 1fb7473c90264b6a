package io.salvor.cli.command;

import io.salvor.cli.command.DoctorCommand.Result;
import io.salvor.cli.command.DoctorCommand.Verdict;
import io.salvor.cli.console.HumanText;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.posix.Capabilities;
import io.salvor.engine.posix.Posix;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Collectors;

/** What the doctor looks at on the machine itself. */
record MachineChecks(Session session) {
  /** No clock that is right shows less. */
  private static final Instant EARLIEST = Instant.parse("2026-01-01T00:00:00Z");

  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
  private static final long LEAST_MEMORY = 96L << 20;

  Result java() {
    return new Result(
        "java",
        Verdict.OK,
        System.getProperty("java.vm.name")
            + " "
            + System.getProperty("java.runtime.version")
            + " in "
            + System.getProperty("java.home"),
        "");
  }

  Result memory() {
    long most = Runtime.getRuntime().maxMemory();
    String detail = "the heap may grow to " + HumanText.size(most);
    return most >= LEAST_MEMORY
        ? new Result("memory", Verdict.OK, detail, "")
        : new Result("memory", Verdict.WARNING, detail, "set SALVOR_JAVA_OPTS=-Xmx144m or more");
  }

  Result fileAccess() {
    Capabilities can = Posix.system().capabilities();
    if (can.missing().isEmpty()) {
      return new Result("file access", Verdict.OK, can.detail(), "");
    }
    return new Result(
        "file access",
        Verdict.WARNING,
        can.detail() + "; missing: " + can.missing(),
        "run it by its launcher on Linux; what is missing is not backed up and not restored");
  }

  Result clock() {
    Instant now = session.machine().clock().instant();
    return now.isAfter(EARLIEST) && now.isBefore(LATEST)
        ? new Result("clock", Verdict.OK, session.time(now), "")
        : new Result("clock", Verdict.FAILED, session.time(now), "set the machine's clock");
  }

  Result localState() {
    try (LocalState local =
        LocalState.open(session.machine().environment(), session.machine().home())) {
      return new Result(
          "local state",
          Verdict.OK,
          "can be written in "
              + local.places().stream().map(Path::toString).collect(Collectors.joining(" and ")),
          "");
    }
  }
}
