package io.salvor.engine.copy;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Keys;
import io.salvor.engine.keys.RepositoryDescription;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Copies repositories. */
public final class Copies {
  /** In the order of those who make them: an epoch comes after the grants that hold it. */
  private static final List<ObjectKind> KEYS =
      List.of(
          ObjectKind.CENSUS,
          ObjectKind.AUTHORITY,
          ObjectKind.GRANT,
          ObjectKind.CREDENTIAL,
          ObjectKind.WRITER,
          ObjectKind.KEY_TABLE,
          ObjectKind.EPOCH);

  private Copies() {}

  /**
   * Makes an empty storage a copy that has no backups yet, or goes on with one that was begun: key
   * objects first and the object {@code salvor} last, so that nothing looks like a repository
   * before it is one.
   *
   * @throws SalvorException NOT_A_COPY if something else is there
   */
  public static void prepare(Repository from, Storage to) throws IOException {
    byte[] description = from.description().bytes();
    Optional<byte[]> there = read(to, RepositoryDescription.NAME);
    if (there.isPresent() && Arrays.equals(there.get(), description)) {
      return;
    }
    if (there.isPresent() && isWhole(there.get())) {
      throw notACopy(from, to, "another repository is there");
    }
    requireOnlyKeys(from, to);
    for (ObjectName name : finishedKeys(from)) {
      byte[] object = from.storage().get(name);
      KeyRing.checkPlain(name, object);
      Optional<byte[]> other = read(to, name);
      if (other.isPresent()
          && KeyRing.isIntact(other.get())
          && !Arrays.equals(other.get(), object)) {
        throw notACopy(from, to, name + " is another there");
      }
      if (other.isEmpty() || !Arrays.equals(other.get(), object)) {
        Transfer.put(to, name, object);
      }
    }
    Transfer.put(to, RepositoryDescription.NAME, description);
  }

  /**
   * Key objects without the grants of an epoch that is being made: without their epoch they would
   * keep everybody out of a copy that has no ledger yet. The next copy brings them.
   */
  private static List<ObjectName> finishedKeys(Repository from) throws IOException {
    Set<ObjectName> before = Set.copyOf(keyNames(from.storage()));
    Set<ObjectName> unfinished = Keys.unfinishedGrants(from.storage(), from.keys().authorities());
    // Listed last, so that every epoch is there whose grants are taken.
    return keyNames(from.storage()).stream()
        .filter(
            name ->
                ObjectKind.GRANT.idIn(name).isEmpty()
                    || before.contains(name) && !unfinished.contains(name))
        .toList();
  }

  /**
   * Key objects that a copy takes: those above, and what the ledger names, which is finished though
   * a list that lags may not show all of it. Epochs come first: a grant without its epoch would
   * keep everybody out of a copy that was cut off in between, an epoch without its grant does not.
   */
  static List<ObjectName> keysToSend(Repository from) throws IOException {
    TreeSet<ObjectName> names = new TreeSet<>(finishedKeys(from));
    for (String object : from.ledger().existing().keySet()) {
      if (object.startsWith(ObjectKind.CREDENTIAL.prefix())) {
        names.add(new ObjectName(object));
      }
    }
    List<ObjectName> epochsFirst = new ArrayList<>(inOrder(names));
    epochsFirst.sort(Comparator.comparing(name -> ObjectKind.EPOCH.idIn(name).isEmpty()));
    return epochsFirst;
  }

  private static void requireOnlyKeys(Repository from, Storage to) throws IOException {
    TreeSet<String> others = new TreeSet<>();
    to.list(
        "",
        info -> {
          String name = info.name().value();
          boolean key = name.startsWith(ObjectKind.CREDENTIAL.prefix());
          if (!key && !info.name().equals(RepositoryDescription.NAME) && others.size() < 3) {
            others.add(name);
          }
        });
    if (!others.isEmpty()) {
      throw notACopy(from, to, "there are other objects and no object salvor: " + others.first());
    }
  }

  /** Key objects in the order in which they can be written. */
  public static List<ObjectName> keyNames(Storage storage) throws IOException {
    TreeSet<ObjectName> names = new TreeSet<>();
    storage.list(ObjectKind.CREDENTIAL.prefix(), info -> names.add(info.name()));
    return inOrder(names);
  }

  private static List<ObjectName> inOrder(TreeSet<ObjectName> names) {
    return KEYS.stream()
        .flatMap(kind -> names.stream().filter(name -> kind.idIn(name).isPresent()))
        .toList();
  }

  /**
   * What a copy lacks.
   *
   * @throws SalvorException NOT_A_COPY
   */
  public static CopyPlan plan(Repository from, Repository to, Progress progress)
      throws IOException {
    requireCopy(from, to);
    return CopyPlanner.plan(from, to, progress);
  }

  /**
   * Brings a copy up to date. Objects of the source that are damaged are left out, and told.
   *
   * @param host this machine, for the sessions that are opened on both sides
   * @throws SalvorException NOT_A_COPY; SESSION_REVOKED; STORAGE_FAILED if the other storage gives
   *     back something else than was written to it
   */
  public static CopyReport copy(Repository from, Repository to, String host, Progress progress)
      throws IOException, InterruptedException {
    requireCopy(from, to);
    try (CopySession reading =
            CopySession.beginIfWritable(from, host, "copy to " + to.storage().place(), progress);
        CopySession writing =
            CopySession.begin(to, host, CopySession.FROM + from.storage().place())) {
      // Who has written and then lists waits in between, as every writer does.
      from.awaitListings();
      to.awaitListings();
      // An erasure may have given it another epoch since.
      requireCopy(from, to);
      Progress signing = reading.signing(writing.signing(progress));
      CopyReport report = new CopyRun(from, to, reading, writing, signing).run();
      return report;
    }
  }

  /** A copy has the same id, authority, chunker, and no epoch that is unknown here. */
  static void requireCopy(Repository from, Repository to) throws IOException {
    if (from.storage().place().equals(to.storage().place())) {
      throw notACopy(from, to.storage(), "it is the same place");
    }
    if (!Arrays.equals(from.description().bytes(), to.description().bytes())) {
      throw notACopy(from, to.storage(), "its id is " + to.id() + " instead of " + from.id());
    }
    if (!Arrays.equals(from.keys().authority(), to.keys().authority())) {
      throw notACopy(
          from,
          to.storage(),
          "its authority is another; a copy does not follow `key rotate --authority`");
    }
    if (!Arrays.equals(from.keys().gearTable(), to.keys().gearTable())) {
      throw notACopy(from, to.storage(), "its chunker is another");
    }
    // What one of the two does not open tells nothing.
    boolean sensitive =
        !from.keys().opensSensitive()
            || from.keys().opens(BlobKind.SENSITIVE, to.keys().sensitiveEpochs());
    if (!sensitive || !from.keys().opens(BlobKind.DATA, to.keys().epochs())) {
      throw notACopy(
          from,
          to.storage(),
          "it has an epoch that is unknown here: its key was rotated there, and not here");
    }
  }

  private static Optional<byte[]> read(Storage storage, ObjectName name) throws IOException {
    try {
      return Optional.of(storage.get(name));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static boolean isWhole(byte[] description) {
    try {
      RepositoryDescription.parse(description);
      return true;
    } catch (SalvorException e) {
      return e.code() != ErrorCode.REPOSITORY_DAMAGED;
    }
  }

  private static SalvorException notACopy(Repository from, Storage to, String why) {
    return new SalvorException(
        ErrorCode.NOT_A_COPY,
        to.address() + " is no copy of " + from.storage().address(),
        why,
        "name a copy of this repository, or an empty place with --init");
  }
}
