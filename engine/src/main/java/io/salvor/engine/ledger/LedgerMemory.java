package io.salvor.engine.ledger;

import io.salvor.engine.crypto.ObjectId;
import java.io.IOException;
import java.util.List;

/** Where a reader keeps the heads that it has seen: outside the repository. */
public interface LedgerMemory {

  /** Keeps nothing: for a reader without any place of its own. */
  LedgerMemory NONE =
      new LedgerMemory() {
        @Override
        public List<Seen> read() {
          return List.of();
        }

        @Override
        public void write(List<Seen> heads) {}
      };

  /** What was written last; empty if nothing was, or if it cannot be read any more. */
  List<Seen> read() throws IOException;

  /** Replaces it, durably. */
  void write(List<Seen> heads) throws IOException;

  /** The newest backups that were in the ledger when heads were written last; none if unknown. */
  default List<SeenBackup> backups() throws IOException {
    return List.of();
  }

  /** Replaces them. */
  default void writeBackups(List<SeenBackup> backups) throws IOException {}

  /** A backup that the ledger has named: its manifest's object, and its id. */
  record SeenBackup(String object, String id) {}

  /** A head with its number and the SHA-256 of its object. */
  record Seen(ObjectId id, long number, byte[] sha256) {}
}
