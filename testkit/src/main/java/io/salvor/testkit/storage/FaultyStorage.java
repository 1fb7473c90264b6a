package io.salvor.testkit.storage;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A storage that fails where it is told to. Operations are counted from 1 in the order in which
 * they begin; a commit is one operation, {@code create} and {@code write} are none. Equal seeds and
 * equal orders of operations give equal faults.
 *
 * <p>At a crash, changes that other threads have in flight are each done wholly, in part or not at
 * all, in any order; after that every operation throws {@link SimulatedCrash} until {@link
 * #recover}.
 */
public final class FaultyStorage extends ObservedStorage {
  private final Random random;
  private final Map<Long, Fault> atOperation = new HashMap<>();
  private final Map<Long, Fault> atChange = new HashMap<>();
  private final List<Chance> chances = new ArrayList<>();
  private final List<Place> places = new ArrayList<>();
  private final List<Repetition> repetitions = new ArrayList<>();
  private final List<Operation> inFlight = new ArrayList<>();
  private final Map<ObjectName, Optional<byte[]>> takenBackAtCrash = new LinkedHashMap<>();
  private final Object gate = new Object();
  private long operations;
  private long changes;
  private long room = Long.MAX_VALUE;
  private boolean readOnly;
  private @Nullable String crashedAt;

  private record Chance(double probability, Fault fault) {}

  private record Place(Predicate<Operation> where, Fault fault) {}

  private record Repetition(long before, Operation operation) {}

  public FaultyStorage(Storage inner, long seed) {
    super(inner);
    this.random = new Random(seed);
  }

  /** Plans a fault for the n-th operation. */
  public FaultyStorage at(long operation, Fault fault) {
    synchronized (gate) {
      atOperation.put(operation, fault);
    }
    return this;
  }

  /** Plans a fault for the n-th commit or delete. */
  public FaultyStorage atChange(long change, Fault fault) {
    synchronized (gate) {
      atChange.put(change, fault);
    }
    return this;
  }

  /** Lets any operation without a planned fault meet this one now and then. */
  public FaultyStorage sometimes(double probability, Fault fault) {
    synchronized (gate) {
      chances.add(new Chance(probability, fault));
    }
    return this;
  }

  /** Lets every operation of some kind meet a fault that no other is planned for. */
  public FaultyStorage wherever(Predicate<Operation> where, Fault fault) {
    synchronized (gate) {
      places.add(new Place(where, fault));
    }
    return this;
  }

  /** Leaves room for so many bytes more; then the storage is full. Deleting makes room. */
  public void leaveRoom(long bytes) {
    synchronized (gate) {
      room = bytes;
    }
  }

  /** Refuses every change from now on, or no longer. */
  public void setReadOnly(boolean value) {
    synchronized (gate) {
      readOnly = value;
    }
  }

  /** Ends all faults that come by chance or are still planned. */
  public void heal() {
    synchronized (gate) {
      atOperation.clear();
      atChange.clear();
      chances.clear();
      places.clear();
      repetitions.clear();
    }
  }

  /** After a crash: a new process begins to use what is there. */
  public void recover() {
    synchronized (gate) {
      crashedAt = null;
    }
  }

  public boolean hasCrashed() {
    synchronized (gate) {
      return crashedAt != null;
    }
  }

  /** The operation at which it crashed, as text; empty if it has not. */
  public Optional<String> crashedAt() {
    synchronized (gate) {
      return Optional.ofNullable(crashedAt);
    }
  }

  /** Operations begun so far. */
  public long operations() {
    synchronized (gate) {
      return operations;
    }
  }

  /** Commits and deletes begun so far. */
  public long changes() {
    synchronized (gate) {
      return changes;
    }
  }

  @Override
  <T> T perform(Operation operation, Action<T> action) throws IOException {
    Fault fault;
    synchronized (gate) {
      requireAlive();
      fault = begin(operation);
      if (fault instanceof Fault.Crash(Extent extent)) {
        crash(operation, extent);
        throw new SimulatedCrash(operation.toString());
      }
      if (operation.changes()) {
        inFlight.add(operation);
      }
    }
    // Elsewhere another thread may crash the storage now, and then decides what becomes of this.
    if (operation.changes()) {
      synchronized (gate) {
        inFlight.removeIf(other -> other == operation);
        requireAlive();
        return change(operation, action, fault);
      }
    }
    T result = read(operation, action, fault);
    synchronized (gate) {
      requireAlive();
    }
    return result;
  }

  private @Nullable Fault begin(Operation operation) throws IOException {
    operations++;
    for (Repetition repetition : List.copyOf(repetitions)) {
      if (repetition.before() <= operations) {
        repetitions.remove(repetition);
        apply(repetition.operation(), Extent.WHOLE);
      }
    }
    Fault fault = atOperation.get(operations);
    if (operation.changes()) {
      changes++;
      if (readOnly) {
        throw refusal(ErrorCode.STORAGE_READ_ONLY, operation.toString(), "it is read-only");
      }
      fault = fault == null ? atChange.get(changes) : fault;
    }
    for (Place place : places) {
      fault = fault == null && place.where().test(operation) ? place.fault() : fault;
    }
    for (Chance chance : chances) {
      // Drawn even when not needed, so that one plan does not shift another's luck.
      boolean drawn = random.nextDouble() < chance.probability();
      fault = fault == null && drawn ? chance.fault() : fault;
    }
    return fault;
  }

  private <T> T change(Operation operation, Action<T> action, @Nullable Fault fault)
      throws IOException {
    switch (fault) {
      case Fault.Refuse(ErrorCode code) ->
          throw refusal(code, operation.toString(), "planned by the test");
      case Fault.Fail _ -> throw new IOException("planned failure of " + operation);
      case Fault.Volatile _ -> remember(operation);
      case Fault.Repeat(int later) ->
          repetitions.add(new Repetition(operations + later, operation));
      case null, default -> {}
    }
    if (fault instanceof Fault.Tear && operation instanceof Operation.Put) {
      apply(operation, Extent.TORN);
      @SuppressWarnings("unchecked") // the actions of changes return TRUE
      T done = (T) Boolean.TRUE;
      return done;
    }
    long before = sizeOf(operation);
    T result = action.run();
    if (operation instanceof Operation.Delete && room != Long.MAX_VALUE) {
      room += before;
    }
    if (fault instanceof Fault.TimeOut) {
      throw new IOException("planned loss of the answer to " + operation);
    }
    return result;
  }

  private static <T> T read(
      Operation operation, ObservedStorage.Action<T> action, @Nullable Fault fault)
      throws IOException {
    switch (fault) {
      case Fault.Refuse(ErrorCode code) ->
          throw refusal(code, operation.toString(), "planned by the test");
      case Fault.Fail _, Fault.TimeOut _ ->
          throw new IOException("planned failure of " + operation);
      case Fault.Misread _ -> {
        T result = action.run();
        if (result instanceof byte[] bytes && bytes.length > 0) {
          bytes[bytes.length / 2] ^= 0x10;
        }
        return result;
      }
      case null, default -> {
        return action.run();
      }
    }
  }

  private void crash(Operation operation, Extent extent) throws IOException {
    crashedAt = operation.toString();
    List<Operation> cutOff = new ArrayList<>(inFlight);
    Collections.shuffle(cutOff, random);
    Extent[] extents = Extent.values();
    for (Operation other : cutOff) {
      apply(other, extents[random.nextInt(extents.length)]);
    }
    apply(operation, extent);
    for (Map.Entry<ObjectName, Optional<byte[]>> object : takenBackAtCrash.entrySet()) {
      if (object.getValue().isPresent()) {
        inner().put(object.getKey(), object.getValue().get());
      } else {
        inner().delete(object.getKey());
      }
    }
    takenBackAtCrash.clear();
  }

  private void apply(Operation operation, Extent extent) throws IOException {
    if (extent == Extent.NOTHING) {
      return;
    }
    if (operation instanceof Operation.Put(ObjectName name, byte[] bytes)) {
      int length =
          extent == Extent.WHOLE || bytes.length == 0 ? bytes.length : random.nextInt(bytes.length);
      inner().put(name, Arrays.copyOf(bytes, length));
    } else if (operation instanceof Operation.Delete(ObjectName name) && extent == Extent.WHOLE) {
      inner().delete(name);
    }
  }

  private void remember(Operation operation) throws IOException {
    ObjectName name =
        switch (operation) {
          case Operation.Put put -> put.name();
          case Operation.Delete delete -> delete.name();
          default -> throw new IllegalArgumentException("no change: " + operation);
        };
    try {
      takenBackAtCrash.putIfAbsent(name, Optional.of(inner().get(name)));
    } catch (NoSuchFileException e) {
      takenBackAtCrash.putIfAbsent(name, Optional.empty());
    }
  }

  private long sizeOf(Operation operation) throws IOException {
    return operation instanceof Operation.Delete(ObjectName name) && room != Long.MAX_VALUE
        ? inner().find(name).map(object -> object.size()).orElse(0L)
        : 0;
  }

  @Override
  void reserve(ObjectName name, long bytes) throws IOException {
    synchronized (gate) {
      requireAlive();
      if (readOnly) {
        throw refusal(ErrorCode.STORAGE_READ_ONLY, "put " + name, "it is read-only");
      }
      if (room != Long.MAX_VALUE) {
        if (bytes > room) {
          throw refusal(
              ErrorCode.STORAGE_FULL, "put " + name, (bytes - room) + " bytes are missing");
        }
        room -= bytes;
      }
    }
  }

  @Override
  void release(long bytes) {
    synchronized (gate) {
      if (room != Long.MAX_VALUE) {
        room += bytes;
      }
    }
  }

  private void requireAlive() {
    if (crashedAt != null) {
      throw new SimulatedCrash(crashedAt);
    }
  }

  private static SalvorException refusal(ErrorCode code, String what, String why) {
    return new SalvorException(code, "cannot " + what, why, "this is a test");
  }
}
