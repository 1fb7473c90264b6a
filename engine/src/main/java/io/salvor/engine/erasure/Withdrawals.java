package io.salvor.engine.erasure;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.fact.Fact;
import io.salvor.engine.fact.Facts;
import io.salvor.engine.fact.Note;
import io.salvor.engine.keys.CredentialInfo;
import io.salvor.engine.keys.KeyRegister;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known of credentials that were withdrawn: an old copy of the storage opens with the keys
 * that they were behind, so that an erasure has to destroy these as well.
 *
 * @param keys references of keys of which no erasure has said that they are destroyed
 * @param unknown credentials that were withdrawn, and nobody noted what they were behind
 */
public record Withdrawals(SortedSet<String> keys, SortedSet<ObjectId> unknown) {
  public Withdrawals {
    keys = new TreeSet<>(keys);
    unknown = new TreeSet<>(unknown);
  }

  /** What the facts and the ledger tell. */
  static Withdrawals of(Repository repository) throws IOException {
    repository.ledger().refresh();
    SortedSet<String> keys = new TreeSet<>();
    SortedSet<ObjectId> unknown = new TreeSet<>();
    for (String removed : repository.ledger().removed()) {
      ObjectKind.CREDENTIAL.idIn(new ObjectName(removed)).ifPresent(unknown::add);
    }
    for (Note note : Facts.of(repository).notes()) {
      switch (note.fact()) {
        case Fact.Withdrawn withdrawn -> {
          keys.addAll(withdrawn.keys().values());
          unknown.removeAll(withdrawn.keys().keySet());
        }
        // A key of the same name may have been made, and withdrawn, since.
        case Fact.Erased erased -> keys.removeAll(Set.copyOf(erased.keys()));
        default -> {}
      }
    }
    keys.remove("");
    return new Withdrawals(keys, unknown);
  }

  /**
   * Notes what credentials are behind, before they are withdrawn, in a repository whose backups can
   * be erased. Of one that was exchanged or is gone nothing is noted.
   */
  public static void note(
      Repository repository,
      KeyRegister register,
      Collection<CredentialInfo> leaving,
      String author)
      throws IOException {
    SortedMap<ObjectId, String> keys = new TreeMap<>();
    for (CredentialInfo one : leaving) {
      String kms = one.kms();
      switch (register.standing(one.id())) {
        case NAMED, UNNAMED -> {
          if (kms != null) {
            keys.put(one.id(), kms);
          }
        }
        case NEVER_STORED -> keys.put(one.id(), "");
        case EXCHANGED, GONE -> {}
      }
    }
    note(repository, keys, author);
  }

  /**
   * The same of all of them, before the authority is succeeded. Who ends a succession that was cut
   * off cannot write any more under the authority before; whoever began it has noted them.
   */
  public static void noteAll(Repository repository, KeyRegister register, String author)
      throws IOException {
    try {
      note(repository, register, register.credentials(), author);
    } catch (SalvorException e) {
      if (e.code() != ErrorCode.AUTHORITY_SUCCEEDED) {
        throw e;
      }
    }
  }

  /** The same of a write-only client's, which opens no epoch. */
  public static void noteClient(Repository repository, ObjectId credential, String author)
      throws IOException {
    note(repository, new TreeMap<>(Map.of(credential, "")), author);
  }

  private static void note(Repository repository, SortedMap<ObjectId, String> keys, String author)
      throws IOException {
    if (repository.description().erasable() && !keys.isEmpty()) {
      Note _ = Facts.add(repository, new Fact.Withdrawn(keys), author);
    }
  }
}
