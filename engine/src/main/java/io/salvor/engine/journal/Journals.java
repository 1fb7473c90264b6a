package io.salvor.engine.journal;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Everything that was captured continuously of some sources, as it was read.
 *
 * @param logs by source and system
 * @param backups the consolidations that were read
 * @param tails the tails that were read, all of them of these sources
 * @param damaged tails that cannot be read, whosever they are
 */
public record Journals(
    List<Journal> logs,
    List<Backup> backups,
    List<ObjectName> tails,
    SortedMap<ObjectName, String> damaged) {

  /** Positions that a tail says were captured, and that nobody has any more. */
  public record Lost(LogOrigin origin, long timeline, long from, long to) {}

  /**
   * Reads them.
   *
   * @param sources by address
   * @throws SalvorException a code of damage if a consolidation cannot be read
   */
  public static Journals read(Repository repository, Predicate<String> sources) throws IOException {
    return new Reading(repository, sources).run();
  }

  /** What was lost of them. */
  public List<Lost> lost() {
    List<Lost> lost = new ArrayList<>();
    for (Journal log : logs) {
      for (Timeline line : log.timelines().values()) {
        line.lost()
            .forEach((from, to) -> lost.add(new Lost(log.origin(), line.number(), from, to)));
      }
    }
    return lost;
  }

  /**
   * Deletes tails whose bytes a consolidation has. Whoever has stored something waits for the
   * listings before.
   *
   * @return how many there were
   */
  public static int deleteCovered(Repository repository) throws IOException {
    if (!repository.storage().traits().knowsLag()) {
      return 0;
    }
    Reading reading = new Reading(repository, source -> true);
    List<ObjectName> covered = reading.covered();
    for (ObjectName name : covered) {
      repository.storage().delete(name);
    }
    return covered.size();
  }

  /** A tail without its bytes, which may be many. */
  private record Head(
      LogOrigin origin, long timeline, long from, long to, String name, Instant until) {}

  /** One system behind one address. */
  private record Log(String source, String system) {}

  /** Reads tails first, and consolidations then: so nothing is missed that moves meanwhile. */
  private static final class Reading {
    private final Repository repository;
    private final Predicate<String> sources;
    private final Map<Log, Journal> logs =
        new TreeMap<>(Comparator.comparing(Log::source).thenComparing(Log::system));
    private final List<ObjectName> names = new ArrayList<>();
    private final SortedMap<ObjectName, String> damaged = new TreeMap<>();
    private final List<Backup> backups = new ArrayList<>();
    private final Map<ObjectName, Head> heads = new HashMap<>();

    Reading(Repository repository, Predicate<String> sources) {
      this.repository = repository;
      this.sources = sources;
    }

    Journals run() throws IOException {
      tails();
      consolidations();
      logs.values().forEach(log -> log.timelines().values().forEach(Timeline::close));
      return new Journals(List.copyOf(logs.values()), backups, names, damaged);
    }

    /** Tails that are not needed any more. */
    List<ObjectName> covered() throws IOException {
      tails();
      // What only tails have is left out from here on.
      Map<ObjectName, Head> there = new TreeMap<>(heads);
      logs.clear();
      if (there.isEmpty()) {
        return List.of();
      }
      consolidations();
      logs.values().forEach(log -> log.timelines().values().forEach(Timeline::close));
      List<ObjectName> covered = new ArrayList<>();
      there.forEach(
          (name, tail) -> {
            if (isCovered(tail)) {
              covered.add(name);
            }
          });
      return covered;
    }

    private boolean isCovered(Head tail) {
      Journal log = logs.get(new Log(tail.origin().source(), tail.origin().system()));
      Timeline line = log == null ? null : log.timelines().get(tail.timeline());
      if (line == null) {
        return false;
      }
      if (!tail.name().isEmpty()) {
        return line.files().containsKey(tail.name());
      }
      return line.stretches().stream()
          .anyMatch(
              one -> one.covers(tail.from(), tail.to()) && !one.until().isBefore(tail.until()));
    }

    private Journal log(LogOrigin origin) {
      return logs.computeIfAbsent(
          new Log(origin.source(), origin.system()), log -> new Journal(repository, origin));
    }

    private void tails() throws IOException {
      TreeSet<ObjectName> listed = new TreeSet<>();
      repository
          .storage()
          .list(
              ObjectKind.JOURNAL_TAIL.prefix(),
              info ->
                  ObjectKind.JOURNAL_TAIL
                      .idIn(info.name())
                      .ifPresent(id -> listed.add(info.name())));
      for (ObjectName name : listed) {
        tail(name);
      }
    }

    private void tail(ObjectName name) throws IOException {
      ObjectId id = ObjectKind.JOURNAL_TAIL.idIn(name).orElseThrow();
      Tail tail;
      byte[] message;
      try {
        byte[] object = repository.storage().get(name);
        message = repository.keys().openSmall(ObjectKind.JOURNAL_TAIL, id, object);
        tail = Tail.decode(message);
      } catch (NoSuchFileException e) {
        // A consolidation has it, which is read afterwards.
        return;
      } catch (MalformedException e) {
        damaged.put(name, String.valueOf(e.getMessage()));
        return;
      } catch (SalvorException e) {
        if (!e.code().isDamage()) {
          throw e;
        }
        damaged.put(name, e.why());
        return;
      }
      if (!sources.test(tail.origin().source())) {
        return;
      }
      names.add(name);
      heads.put(
          name,
          new Head(
              tail.origin(), tail.timeline(), tail.from(), tail.to(), tail.name(), tail.until()));
      Timeline line = log(tail.origin()).at(tail.timeline());
      if (!tail.name().isEmpty()) {
        line.file(tail.name(), tail.bytes());
        return;
      }
      line.add(new Stretch(tail.from(), tail.to(), tail.since(), tail.until()));
      if (tail.hasLog()) {
        line.add(Piece.InTail.of(name, tail, Sha256.of(message)));
      }
    }

    private void consolidations() throws IOException {
      for (Backup backup : BackupList.read(repository).backups()) {
        if (backup.sealed()
            && backup.isJournal()
            && sources.test(backup.manifest().origin().source())) {
          backups.add(backup);
          consolidation(backup);
        }
      }
    }

    private void consolidation(Backup backup) throws IOException {
      Map<String, Map<Long, Ranges>> ranges = new HashMap<>();
      Map<String, Map<Long, SortedMap<Long, Entry>>> segments = new TreeMap<>();
      Map<String, Map<Long, Map<String, byte[]>>> files = new HashMap<>();
      TreeCursor cursor = repository.tree(backup.manifest().root()).all();
      for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
        LogKeys.Place place = LogKeys.place(item.key()).orElse(null);
        if (place == null) {
          continue;
        }
        Entry entry = EntryCodec.decode(item.key(), item.value());
        switch (place.item()) {
          case LogKeys.Segment(long number) ->
              segments
                  .computeIfAbsent(place.system(), s -> new TreeMap<>())
                  .computeIfAbsent(place.timeline(), t -> new TreeMap<>())
                  .put(number, entry);
          case LogKeys.Ranges _ ->
              ranges
                  .computeIfAbsent(place.system(), s -> new TreeMap<>())
                  .put(place.timeline(), decode(backup, content(entry)));
          case LogKeys.Named(String name) ->
              files
                  .computeIfAbsent(place.system(), s -> new TreeMap<>())
                  .computeIfAbsent(place.timeline(), t -> new TreeMap<>())
                  .put(name, content(entry));
        }
      }
      ranges.forEach(
          (system, lines) ->
              lines.forEach(
                  (number, range) -> {
                    Journal log = log(origin(backup, system, range.segmentSize()));
                    Timeline line = log.at(number);
                    range.stretches().forEach(line::add);
                    files
                        .getOrDefault(system, Map.of())
                        .getOrDefault(number, Map.of())
                        .forEach(line::file);
                    segments
                        .getOrDefault(system, Map.of())
                        .getOrDefault(number, new TreeMap<>())
                        .forEach((segment, entry) -> pieces(backup, line, range, segment, entry));
                  }));
    }

    private static LogOrigin origin(Backup backup, String system, long segmentSize) {
      return new LogOrigin(
          backup.manifest().origin().source(),
          backup.manifest().origin().provider(),
          system,
          segmentSize);
    }

    /** The parts of a segment that it really has. */
    private static void pieces(
        Backup backup, Timeline line, Ranges ranges, long segment, Entry entry) {
      long start = segment * ranges.segmentSize();
      long end = start + entry.size();
      for (Stretch one : ranges.stretches()) {
        long from = Math.max(start, one.from());
        long to = Math.min(end, one.to());
        if (from < to) {
          line.add(new Piece.InSegment(backup, entry, start, from, to));
        }
      }
    }

    private static Ranges decode(Backup backup, byte[] bytes) {
      try {
        return Ranges.decode(bytes);
      } catch (MalformedException e) {
        throw new SalvorException(
            ErrorCode.JOURNAL_DAMAGED,
            "The journal " + backup.id() + " cannot be read",
            String.valueOf(e.getMessage()),
            "Run `salvor verify`",
            e);
      }
    }

    private byte[] content(Entry entry) throws IOException {
      byte[] bytes = new byte[(int) Math.min(entry.size(), 32 << 20)];
      ContentReader reader = new ContentReader(repository.blobs(), entry.content(), entry.size());
      int filled = 0;
      for (ContentReader.Placed next = reader.next(); next != null; next = reader.next()) {
        if (next.extent() instanceof Extent.Data data) {
          byte[] blob = repository.blobs().get(data.kind(), data.id());
          System.arraycopy(blob, 0, bytes, filled, Math.min(blob.length, bytes.length - filled));
        }
        filled += (int) Math.min(next.extent().length(), bytes.length - filled);
      }
      return bytes;
    }
  }
}
