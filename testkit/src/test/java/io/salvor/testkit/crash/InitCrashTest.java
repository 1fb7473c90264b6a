package io.salvor.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.testkit.SettableClock;
import io.salvor.testkit.files.MemoryTempDir;
import io.salvor.testkit.repository.Machine;
import io.salvor.testkit.repository.MapSource;
import io.salvor.testkit.storage.Extent;
import io.salvor.testkit.storage.Fault;
import io.salvor.testkit.storage.FaultyStorage;
import io.salvor.testkit.storage.MemoryStorage;
import io.salvor.testkit.storage.SimulatedCrash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Crashes at every storage operation of making a repository. */
class InitCrashTest {
  @TempDir(factory = MemoryTempDir.class)
  Path temp;

  private Machine machine;

  @BeforeEach
  void makeMachine() {
    machine = new Machine(temp, SettableClock.at("2026-01-30T15:00:00Z"));
  }

  @Test
  void whatIsLeftIsARepositoryOrCanBecomeOne() throws Exception {
    int deaths = 0;
    for (Extent extent : Extent.values()) {
      for (int operation = 1; ; operation++) {
        MemoryStorage storage = new MemoryStorage();
        FaultyStorage faulty =
            new FaultyStorage(storage, operation).at(operation, new Fault.Crash(extent));
        if (!dies(faulty)) {
          break;
        }
        deaths++;
        try {
          complete(storage);
          backup(storage);
        } catch (AssertionError | Exception e) {
          throw new AssertionError(faulty.crashedAt().orElseThrow() + ": " + extent, e);
        }
      }
    }
    assertThat(deaths).isGreaterThan(3 * 4);
  }

  private boolean dies(FaultyStorage storage) throws IOException {
    try {
      machine.init(storage);
      return false;
    } catch (SimulatedCrash e) {
      return true;
    }
  }

  /** Does what a person would do, and what the refusals say. */
  private void complete(MemoryStorage storage) throws IOException {
    if (opens(storage)) {
      return;
    }
    try {
      machine.init(storage);
    } catch (SalvorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.REPOSITORY_EXISTS);
      List<String> left = names(storage);
      if (left.contains("salvor")) {
        assertThat(e.remedy()).contains("delete salvor and keys/");
        storage.delete(new ObjectName("salvor"));
      } else {
        assertThat(e.remedy()).contains("delete keys/");
      }
      assertThat(left).allMatch(name -> name.equals("salvor") || name.startsWith("keys/"));
      left.forEach(name -> storage.delete(new ObjectName(name)));
      machine.init(storage);
    }
    if (!opens(storage)) {
      fail("it does not open after it was made anew");
    }
  }

  private boolean opens(MemoryStorage storage) throws IOException {
    try {
      machine.open(storage).close();
      return true;
    } catch (SalvorException e) {
      assertThat(e.code())
          .isIn(ErrorCode.REPOSITORY_MISSING, ErrorCode.REPOSITORY_DAMAGED, ErrorCode.KEY_DAMAGED);
      return false;
    }
  }

  private void backup(MemoryStorage storage) throws Exception {
    machine.backup(storage, new MapSource().put("a", new byte[1]), null);
    assertThat(machine.verify(storage).issues()).isEmpty();
  }

  private static List<String> names(MemoryStorage storage) {
    List<String> names = new ArrayList<>();
    storage.list("", object -> names.add(object.name().value()));
    return names;
  }
}
