package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.SignedMessage;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A storage by which nobody is acknowledged, and nobody deletes, whose authority has a successor
 * (docs/format.md §4). After a ledger entry or a tail of a journal, which are what acknowledges,
 * and before what follows a write is deleted, it looks whether a successor was announced: what was
 * stored before the announcement is in the census, what was stored after it is not, and its author
 * finds out here. Safe for several threads.
 */
public final class AuthorityWatch extends ForwardingStorage {
  private static final String LEDGER = ObjectKind.LEDGER_ENTRY.prefix();
  private static final List<String> ACKNOWLEDGING =
      List.of(LEDGER, ObjectKind.JOURNAL_TAIL.prefix());
  private static final List<String> LASTING =
      List.of(LEDGER, ObjectKind.MANIFEST.prefix(), ObjectKind.FACT.prefix());

  private final byte[] authority;
  private final Set<ObjectId> foreign = new HashSet<>();
  private volatile boolean written = true;

  /**
   * Watches over {@code storage}, which it closes in the end, for who opened it with these keys.
   */
  public AuthorityWatch(Storage storage, OpenedKeys keys) {
    super(storage);
    this.authority = keys.payload().authority();
  }

  /** The storage itself. */
  public Storage unwatched() {
    return storage;
  }

  /**
   * Looks now.
   *
   * @throws SalvorException AUTHORITY_SUCCEEDED
   */
  public synchronized void look() throws IOException {
    Set<ObjectId> announced = new TreeSet<>();
    storage.list(
        ObjectKind.AUTHORITY.prefix(),
        info -> ObjectKind.AUTHORITY.idIn(info.name()).ifPresent(announced::add));
    announced.removeAll(foreign);
    for (ObjectId id : announced) {
      if (isSigned(id)) {
        throw succeeded();
      }
      foreign.add(id);
    }
  }

  private boolean isSigned(ObjectId id) throws IOException {
    try {
      byte[] object = storage.get(ObjectKind.AUTHORITY.name(id));
      return isOf(KeyObject.decode(ObjectKind.AUTHORITY, id, object), authority);
    } catch (NoSuchFileException e) {
      return false;
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.KEY_DAMAGED) {
        throw e;
      }
      return false;
    }
  }

  /** Whether this authority has announced it. */
  static boolean isOf(KeyObject announcement, byte[] authority) {
    return SignedMessage.verify(
            authority, ObjectKind.AUTHORITY, announcement.id(), announcement.message())
        .isPresent();
  }

  /** Damage of what a successor is taking away is told as what it is. */
  static SalvorException explained(SalvorException e, KeyObjects objects, byte[] authority) {
    boolean announced = objects.announcements().stream().anyMatch(a -> isOf(a, authority));
    if (e.code() != ErrorCode.KEY_DAMAGED || !announced) {
      return e;
    }
    SalvorException succeeded = succeeded();
    succeeded.addSuppressed(e);
    return succeeded;
  }

  /** What those are told who hold to an authority that has a successor. */
  static SalvorException succeeded() {
    return new SalvorException(
        ErrorCode.AUTHORITY_SUCCEEDED,
        "The repository has another authority now, or is getting one",
        "Somebody has run `salvor key rotate --authority`, and nothing counts that is signed by the"
            + " one before",
        "Use the new credential; if that command was cut off, run it again");
  }

  @Override
  public void put(ObjectName name, byte[] content) throws IOException {
    // Else what nobody will count would lie there for good.
    if (LASTING.stream().anyMatch(name.value()::startsWith)) {
      look();
    }
    storage.put(name, content);
    stored(name);
  }

  private void stored(ObjectName name) throws IOException {
    written = true;
    if (ACKNOWLEDGING.stream().anyMatch(name.value()::startsWith)) {
      look();
    }
  }

  @Override
  public ObjectWriter create(ObjectName name) throws IOException {
    return new Watched(name, storage.create(name));
  }

  private final class Watched implements ObjectWriter {
    private final ObjectName name;
    private final ObjectWriter to;

    Watched(ObjectName name, ObjectWriter to) {
      this.name = name;
      this.to = to;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      to.write(bytes);
    }

    @Override
    public void commit() throws IOException {
      to.commit();
      stored(name);
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }

  @Override
  public void delete(ObjectName name) throws IOException {
    if (!isOwnSession(name)) {
      lookAfterWriting();
    }
    storage.delete(name);
  }

  /** Who comes while another thread looks waits for what it sees. */
  private synchronized void lookAfterWriting() throws IOException {
    if (!written) {
      return;
    }
    // Before it looks: what another thread stores meanwhile has to be looked after as well.
    written = false;
    boolean looked = false;
    try {
      look();
      looked = true;
    } finally {
      written |= !looked;
    }
  }

  /** Nothing rests on the objects of a session. */
  private static boolean isOwnSession(ObjectName name) {
    return name.value().startsWith(ObjectKind.SESSION_OPEN.prefix());
  }
}
