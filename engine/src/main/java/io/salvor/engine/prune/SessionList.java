package io.salvor.engine.prune;

import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a repository at one moment. An end or a revocation counts only if it is signed:
 * something is going to be deleted because of it.
 *
 * @param sessions those that have not ended
 * @param ended those that have, and of which something is left
 * @param signs the signs of life of those, by their own ids
 */
public record SessionList(
    List<FoundSession> sessions, Set<ObjectId> ended, Map<ObjectId, ObjectId> signs) {
  private static final Pattern NAME =
      Pattern.compile("sessions/([0-9a-f]{32})/(open|end|revoked|\\d{8})");
  private static final int MOST_CHECKPOINTS_AHEAD = 100;

  public SessionList {
    sessions = List.copyOf(sessions);
    ended = Set.copyOf(ended);
    signs = Map.copyOf(signs);
  }

  private static final class Names {
    private boolean open;
    private boolean end;
    private boolean revoked;
    private int checkpoint;
  }

  /** Reads them; the ledger's closures are those that it was refreshed with last. */
  public static SessionList read(Repository repository) throws IOException {
    Map<ObjectId, Names> found = new TreeMap<>();
    repository.storage().list(ObjectKind.SESSION_OPEN.prefix(), info -> note(info.name(), found));
    Set<ObjectId> closed = repository.ledger().closures().keySet();
    List<FoundSession> sessions = new ArrayList<>();
    Set<ObjectId> ended = new HashSet<>();
    for (Map.Entry<ObjectId, Names> entry : found.entrySet()) {
      ObjectId id = entry.getKey();
      Names names = entry.getValue();
      if (names.end && isEnded(repository, id)) {
        ended.add(id);
      } else if (names.open || names.checkpoint > 0) {
        read(repository, id, names, closed.contains(id)).ifPresent(sessions::add);
      }
    }
    return withoutSigns(sessions, ended);
  }

  /**
   * A sign of life says something of its session, and goes with it. One whose session is not there
   * is waited for as any other: it may have come since the list.
   */
  private static SessionList withoutSigns(List<FoundSession> found, Set<ObjectId> ended) {
    Set<ObjectId> there = new HashSet<>(ended);
    found.forEach(session -> there.add(session.id()));
    Map<ObjectId, ObjectId> signs = new HashMap<>();
    Map<ObjectId, Instant> heard = new HashMap<>();
    for (FoundSession session : found) {
      SessionRecord.Open open = session.open();
      if (open != null && open.signOf() != null && there.contains(open.signOf())) {
        signs.put(session.id(), open.signOf());
        heard.merge(open.signOf(), open.started(), (x, y) -> x.isAfter(y) ? x : y);
      }
    }
    List<FoundSession> sessions =
        found.stream()
            .filter(session -> !signs.containsKey(session.id()))
            .map(session -> session.heardAt(heard.get(session.id())))
            .toList();
    return new SessionList(sessions, ended, signs);
  }

  private static void note(ObjectName name, Map<ObjectId, Names> found) {
    Matcher match = NAME.matcher(name.value());
    if (!match.matches()) {
      return;
    }
    Names names = found.computeIfAbsent(ObjectId.parse(match.group(1)), id -> new Names());
    switch (match.group(2)) {
      case "open" -> names.open = true;
      case "end" -> names.end = true;
      case "revoked" -> names.revoked = true;
      default -> names.checkpoint = Math.max(names.checkpoint, Integer.parseInt(match.group(2)));
    }
  }

  /** By id. */
  Map<ObjectId, FoundSession> byId() {
    Map<ObjectId, FoundSession> byId = new HashMap<>();
    sessions.forEach(session -> byId.put(session.id(), session));
    return byId;
  }

  private static boolean isEnded(Repository repository, ObjectId id) throws IOException {
    ObjectName name = ObjectKind.SESSION_END.name(id);
    try {
      return message(repository, ObjectKind.SESSION_END, id, name, bytes -> true) != null;
    } catch (NoSuchFileException e) {
      // The author removes it last.
      return true;
    }
  }

  private static Optional<FoundSession> read(
      Repository repository, ObjectId id, Names names, boolean closed) throws IOException {
    SessionRecord.Open open = null;
    if (names.open) {
      try {
        open =
            message(
                repository,
                ObjectKind.SESSION_OPEN,
                id,
                ObjectKind.SESSION_OPEN.name(id),
                SessionRecord.Open::decode);
      } catch (NoSuchFileException e) {
        // It has ended since the list.
        return Optional.empty();
      }
    } else if (repository.storage().find(ObjectKind.SESSION_END.name(id)).isPresent()
        || repository.storage().find(ObjectKind.checkpoint(id, names.checkpoint)).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new FoundSession(
            id,
            open,
            checkpoint(repository, id, names.checkpoint),
            names.revoked && isRevoked(repository, id),
            closed,
            null));
  }

  /** The latest checkpoint; the writer may have gone on since the list. */
  private static SessionRecord.@Nullable Checkpoint checkpoint(
      Repository repository, ObjectId id, int listed) throws IOException {
    for (int n = listed; n > 0 && n < listed + MOST_CHECKPOINTS_AHEAD; n++) {
      try {
        return message(
            repository,
            ObjectKind.CHECKPOINT,
            id,
            ObjectKind.checkpoint(id, n),
            SessionRecord.Checkpoint::decode);
      } catch (NoSuchFileException e) {
        continue;
      }
    }
    return null;
  }

  /** Whether a sound revocation is there. */
  static boolean isRevoked(Repository repository, ObjectId id) throws IOException {
    ObjectName name = ObjectKind.REVOCATION.name(id);
    try {
      Revocation found = message(repository, ObjectKind.REVOCATION, id, name, Revocation::decode);
      return found != null && found.session().equals(id);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** What an object says; null if it cannot be read. */
  private static <T> @Nullable T message(
      Repository repository,
      ObjectKind kind,
      ObjectId id,
      ObjectName name,
      Function<byte[], T> decode)
      throws IOException {
    try {
      byte[] object = repository.storage().get(name);
      return decode.apply(repository.keys().openSmall(kind, id, object));
    } catch (MalformedException e) {
      return null;
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return null;
    }
  }
}
