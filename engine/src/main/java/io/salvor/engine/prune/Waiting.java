package io.salvor.engine.prune;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.local.LocalDirectory;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Revocation;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For which sessions each condemnation has to wait: those that were open when the sessions were
 * listed after it was published. Writers that have come later know of it. This machine remembers
 * them, so that a later prune does not wait for writers that come and go; who does not know waits
 * for all that are open.
 */
final class Waiting {
  private static final String FILE = "prune-waits";
  private static final Duration STEP = Duration.ofSeconds(5);

  private final Repository repository;
  private final PruneRequest request;
  private final Progress progress;
  private final LocalDirectory local;
  private final Map<ObjectId, Set<ObjectId>> sessions = new TreeMap<>();
  private SessionList list;

  Waiting(Repository repository, PruneRequest request, SessionList list, Progress progress) {
    this.progress = progress;
    this.repository = repository;
    this.request = request;
    this.local = repository.local().state(repository.id().toString());
    this.list = list;
  }

  /** Begins to wait for these condemnations; the sessions were listed after they were published. */
  void begin(Collection<ObjectId> condemnations) {
    Map<ObjectId, Set<ObjectId>> remembered = read();
    Set<ObjectId> open = new TreeSet<>();
    list.sessions().stream()
        .filter(session -> !session.closed())
        .forEach(session -> open.add(session.id()));
    for (ObjectId id : condemnations) {
      sessions.put(id, remembered.getOrDefault(id, open));
    }
    write();
  }

  /**
   * Gives up who is dead or silent, and waits for the others as long as the request says.
   *
   * @return the sessions as they were listed last
   */
  SessionList await() throws IOException, InterruptedException {
    Duration left = request.patience();
    while (true) {
      giveUp();
      if (blocking().isEmpty() || left.isZero() || left.isNegative()) {
        return list;
      }
      progress.checkCancelled();
      Duration step = left.compareTo(STEP) < 0 ? left : STEP;
      repository.sleep(step);
      left = left.minus(step);
      repository.ledger().refresh();
      list = SessionList.read(repository);
    }
  }

  private void giveUp() throws IOException {
    boolean any = false;
    for (FoundSession session : blocking()) {
      if (session.isDead() || session.isSilent(request.giveUpAfter(), repository.now())) {
        new Revocation(session.id(), repository.now(), request.author(), false)
            .publish(repository.storage(), repository.keys());
        any = true;
      }
    }
    if (any) {
      list = SessionList.read(repository);
    }
  }

  /** Writers at work that some condemnation waits for. */
  Set<FoundSession> blocking() {
    Set<FoundSession> blocking = new HashSet<>();
    sessions.keySet().forEach(id -> blocking.addAll(blocking(id)));
    return blocking;
  }

  private Set<FoundSession> blocking(ObjectId condemnation) {
    Map<ObjectId, FoundSession> open = list.byId();
    Set<FoundSession> blocking = new HashSet<>();
    for (ObjectId id : sessions.getOrDefault(condemnation, Set.of())) {
      FoundSession session = open.get(id);
      if (session != null && !session.isGivenUp()) {
        blocking.add(session);
      }
    }
    return blocking;
  }

  /** Condemnations that need wait no longer. */
  Set<ObjectId> ready() {
    Set<ObjectId> ready = new TreeSet<>(sessions.keySet());
    ready.removeIf(id -> !blocking(id).isEmpty());
    return ready;
  }

  /** Sessions that were given up, and have to be closed before these condemnations go on. */
  Set<ObjectId> toClose(Set<ObjectId> condemnations) {
    Map<ObjectId, FoundSession> open = list.byId();
    Set<ObjectId> close = new TreeSet<>();
    for (ObjectId condemnation : condemnations) {
      for (ObjectId id : sessions.getOrDefault(condemnation, Set.of())) {
        FoundSession session = open.get(id);
        if (session != null && !session.closed()) {
          close.add(id);
        }
      }
    }
    return close;
  }

  private Map<ObjectId, Set<ObjectId>> read() {
    Map<ObjectId, Set<ObjectId>> remembered = new TreeMap<>();
    try {
      Optional<byte[]> bytes = local.read(FILE);
      if (bytes.isPresent()) {
        CborReader in = new CborReader(bytes.get());
        for (int n = in.array(); n > 0; n--) {
          in.array(2);
          ObjectId id = ObjectId.from(in.view(ObjectId.SIZE));
          Set<ObjectId> open = new TreeSet<>();
          for (int m = in.array(); m > 0; m--) {
            open.add(ObjectId.from(in.view(ObjectId.SIZE)));
          }
          remembered.put(id, open);
        }
        in.end();
      }
    } catch (MalformedException e) {
      return Map.of();
    }
    return remembered;
  }

  private void write() {
    CborWriter out = new CborWriter().array();
    sessions.forEach(
        (id, open) -> {
          out.array().bytes16(id.high(), id.low()).array();
          open.forEach(session -> out.bytes16(session.high(), session.low()));
          out.end().end();
        });
    byte[] bytes = out.end().toByteArray();
    try {
      local.writeAtomically(FILE, bytes);
    } catch (SalvorException e) {
      // Without it the next prune waits for more than it has to.
      return;
    }
  }
}
