package io.salvor.engine.copy;

import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.durable.ProcessMark;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The openings of sessions that are there. */
final class Openings {
  private Openings() {}

  /** Those that can be read, by the session's id; of a damaged one verify tells. */
  static SortedMap<ObjectId, SessionRecord.Open> list(Repository repository) throws IOException {
    List<ObjectId> ids = new ArrayList<>();
    repository
        .storage()
        .list(
            ObjectKind.SESSION_OPEN.prefix(),
            info -> ObjectKind.SESSION_OPEN.idIn(info.name()).ifPresent(ids::add));
    SortedMap<ObjectId, SessionRecord.Open> openings = new TreeMap<>();
    for (ObjectId id : ids) {
      read(repository, id).ifPresent(open -> openings.put(id, open));
    }
    return openings;
  }

  /** Those of one purpose that dead processes of this machine have left, signs of life first. */
  static List<ObjectName> abandoned(Repository repository, String host, String purpose)
      throws IOException {
    List<ObjectName> signs = new ArrayList<>();
    List<ObjectName> sessions = new ArrayList<>();
    for (Map.Entry<ObjectId, SessionRecord.Open> one : list(repository).entrySet()) {
      SessionRecord.Open open = one.getValue();
      if (open.source().equals(purpose) && open.host().equals(host) && hasDied(repository, open)) {
        (open.signOf() == null ? sessions : signs).add(ObjectKind.SESSION_OPEN.name(one.getKey()));
      }
    }
    signs.addAll(sessions);
    return signs;
  }

  /** Whether it is certain that nobody is at work in it: not its process, or not this process. */
  static boolean hasDied(Repository repository, SessionRecord.Open open) {
    ObjectId session = open.signOf() == null ? open.session() : open.signOf();
    Optional<ProcessMark> process = ProcessMark.parse(open.process());
    return process.filter(ProcessMark::hasEnded).isPresent()
        || (process.filter(repository.process()::equals).isPresent()
            && !CopySession.isHeld(session));
  }

  private static Optional<SessionRecord.Open> read(Repository repository, ObjectId id)
      throws IOException {
    try {
      byte[] object = repository.storage().get(ObjectKind.SESSION_OPEN.name(id));
      return Optional.of(
          SessionRecord.Open.decode(
              repository.keys().openSmall(ObjectKind.SESSION_OPEN, id, object)));
    } catch (NoSuchFileException | MalformedException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
