package io.salvor.testkit.storage;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory. A listing lag may be given: a new object is then missing from lists, and only
 * from lists, until that much time has passed by the given clock.
 */
public final class MemoryStorage implements Storage {
  private final ConcurrentSkipListMap<ObjectName, Stored> objects = new ConcurrentSkipListMap<>();
  private final Duration lag;
  private final InstantSource clock;
  private final String address;
  private @Nullable Random ragged;

  private record Stored(byte[] bytes, Instant listed) {}

  /** All objects at one moment. */
  public record Snapshot(SortedMap<ObjectName, byte[]> objects) {
    public static final Snapshot EMPTY = new Snapshot(new TreeMap<>());
  }

  public MemoryStorage() {
    this(Duration.ZERO, InstantSource.fixed(Instant.EPOCH));
  }

  public MemoryStorage(Duration listingLag, InstantSource clock) {
    this(listingLag, clock, "memory:");
  }

  private MemoryStorage(Duration listingLag, InstantSource clock, String address) {
    this.lag = listingLag;
    this.clock = clock;
    this.address = address;
  }

  /**
   * A storage whose lists lag by any time up to that for each object, so that they may show a later
   * one and not an earlier one.
   */
  public static MemoryStorage ragged(Duration mostLag, InstantSource clock, long seed) {
    MemoryStorage storage = new MemoryStorage(mostLag, clock);
    storage.ragged = new Random(seed);
    return storage;
  }

  /** An empty storage in another place than all that have no name. */
  public static MemoryStorage named(String name) {
    return new MemoryStorage(Duration.ZERO, InstantSource.fixed(Instant.EPOCH), "memory:" + name);
  }

  /** A new storage in that other place with these objects. */
  public static MemoryStorage named(String name, Snapshot snapshot) {
    MemoryStorage storage = named(name);
    storage.restore(snapshot);
    return storage;
  }

  /** A new storage with these objects. */
  public static MemoryStorage of(Snapshot snapshot) {
    MemoryStorage storage = new MemoryStorage();
    storage.restore(snapshot);
    return storage;
  }

  /** The objects as they are now. */
  public Snapshot snapshot() {
    SortedMap<ObjectName, byte[]> copy = new TreeMap<>();
    objects.forEach((name, stored) -> copy.put(name, stored.bytes()));
    return new Snapshot(copy);
  }

  /** Puts everything back as it was, as a storage does that is itself restored from a backup. */
  public void restore(Snapshot snapshot) {
    objects.clear();
    snapshot
        .objects()
        .forEach((name, bytes) -> objects.put(name, new Stored(bytes, clock.instant())));
  }

  /** Bytes of all objects. */
  public long size() {
    return objects.values().stream().mapToLong(stored -> stored.bytes().length).sum();
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public StorageTraits traits() {
    return new StorageTraits(lag, false);
  }

  @Override
  public ObjectWriter create(ObjectName name) {
    return new BufferedWriter(bytes -> store(name, bytes));
  }

  private void store(ObjectName name, byte[] bytes) {
    Random some = ragged;
    Duration late = some == null ? lag : lag.multipliedBy(some.nextInt(11)).dividedBy(10);
    Instant listed = clock.instant().plus(late);
    objects.merge(
        name, new Stored(bytes, listed), (before, now) -> new Stored(bytes, before.listed()));
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    byte[] bytes = require(name);
    if (bytes.length > MAX_WHOLE) {
      throw new SalvorException(
          ErrorCode.OBJECT_DAMAGED,
          "The object " + name + " is damaged",
          "It has " + bytes.length + " bytes, more than any object of its kind",
          "Put it back from a copy of the repository");
    }
    return bytes.clone();
  }

  @Override
  public byte[] get(ObjectName name, long offset, int length) throws IOException {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("offset " + offset + ", length " + length);
    }
    byte[] bytes = require(name);
    if (offset > bytes.length || length > bytes.length - offset) {
      throw new EOFException(name + " ends at " + bytes.length);
    }
    return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
  }

  private byte[] require(ObjectName name) throws NoSuchFileException {
    Stored stored = objects.get(name);
    if (stored == null) {
      throw new NoSuchFileException(name.value());
    }
    return stored.bytes();
  }

  @Override
  public Optional<ObjectInfo> find(ObjectName name) {
    return Optional.ofNullable(objects.get(name))
        .map(stored -> new ObjectInfo(name, stored.bytes().length));
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) {
    Instant now = clock.instant();
    for (Map.Entry<ObjectName, Stored> object : objects.entrySet()) {
      ObjectName name = object.getKey();
      if (name.value().startsWith(prefix) && !object.getValue().listed().isAfter(now)) {
        each.accept(new ObjectInfo(name, object.getValue().bytes().length));
      }
    }
  }

  /** The names below a prefix that lists show, ascending. */
  public List<ObjectName> names(String prefix) {
    List<ObjectName> names = new ArrayList<>();
    list(prefix, info -> names.add(info.name()));
    return names;
  }

  @Override
  public void delete(ObjectName name) {
    objects.remove(name);
  }

  @Override
  public void close() {
    // The objects stay, as they do in any storage.
  }
}
