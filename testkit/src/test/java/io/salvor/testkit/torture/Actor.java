package io.salvor.testkit.torture;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.Storage;
import io.salvor.testkit.repository.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;

/** Somebody with a machine and a clock of their own, who gives a few commands. */
abstract class Actor implements Callable<Void> {
  final World world;
  final String name;
  final Random own;
  private final Skew clock;
  private final SeededRandom ids;
  private Path place;

  Actor(World world, String name) throws IOException {
    this.world = world;
    this.name = name;
    this.own = new Random(world.random.nextLong());
    this.clock = new Skew(world.schedule, new Random(own.nextLong()), world.wrongClocks);
    this.ids = new SeededRandom(own.nextLong());
    this.place = world.newPlace();
  }

  /** One command; {@code number} counts from 0. */
  abstract void command(int number) throws Exception;

  /** How many commands there are. */
  abstract int commands();

  /** Errors with which a command may end because of what others do, or of its storage. */
  Set<ErrorCode> allowed() {
    return EnumSet.noneOf(ErrorCode.class);
  }

  @Override
  public final Void call() throws Exception {
    for (int i = 0; i < commands(); i++) {
      schedule();
      try {
        command(i);
      } catch (AssertionError e) {
        throw new AssertionError(name + ": " + e.getMessage(), e);
      } catch (Exception e) {
        if (!isPlanned(e) && !(e instanceof SalvorException s && mayRepeat(s.code()))) {
          throw new AssertionError(name + ": " + e, e);
        }
        world.tally.count(isPlanned(e) ? "commands cut off" : "commands to be repeated");
      }
      if (world.losesState && own.nextInt(3) == 0) {
        place = world.newPlace();
      }
    }
    return null;
  }

  /** Lists that lag may show an epoch before its grants: then nothing is written until they do. */
  private boolean mayRepeat(ErrorCode code) {
    return allowed().contains(code) || code == ErrorCode.EPOCH_NOT_GRANTED;
  }

  private void schedule() {
    if (own.nextInt(3) == 0) {
      world.schedule.sleep(name, Duration.ofSeconds(own.nextInt(100)));
    }
  }

  /** The actor's machine as it is now. */
  final Machine machine() {
    return new Machine(place, clock, name, time -> world.schedule.sleep(name, time), ids);
  }

  /** The storage as this actor meets it. */
  final Storage storage() {
    return world.view(name);
  }

  private static boolean isPlanned(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).startsWith("planned ")) {
        return true;
      }
    }
    return false;
  }
}
