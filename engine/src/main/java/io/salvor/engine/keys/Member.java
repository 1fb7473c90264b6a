package io.salvor.engine.keys;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A credential as the authority's grants tell of it: the only word on whom more is granted to.
 *
 * @param epochs that were granted to it
 * @param sensitive epochs of sensitive content that were granted to it
 */
record Member(
    ObjectId id, byte[] publicHalf, SortedSet<ObjectId> epochs, SortedSet<ObjectId> sensitive) {

  /** Of a rotation that died, or goes on: it holds an epoch that nobody has stored yet. */
  private static boolean isUnfinished(Grant grant, KeyTable table, KeyRecord record) {
    return Stream.concat(grant.epochs().stream(), grant.sensitive().stream())
        .filter(epoch -> !table.epochs().containsKey(epoch))
        .anyMatch(epoch -> !record.existing().containsKey(ObjectKind.EPOCH.name(epoch)));
  }

  /** Those that were granted something and were not withdrawn, by id. */
  static SortedMap<ObjectId, Member> of(KeyTable table, KeyRecord record) {
    SortedMap<ObjectId, Member> members = new TreeMap<>();
    for (Grant grant : table.grants().values()) {
      if (grant.isWriters()
          || isUnfinished(grant, table, record)
          || record.isRemoved(ObjectKind.GRANT.name(grant.id()))
          || record.isRemoved(ObjectKind.CREDENTIAL.name(grant.credential()))) {
        continue;
      }
      Member member =
          members.computeIfAbsent(
              grant.credential(),
              id -> new Member(id, grant.publicHalf(), new TreeSet<>(), new TreeSet<>()));
      if (!Arrays.equals(member.publicHalf, grant.publicHalf())) {
        throw KeyDamage.of(
            ObjectKind.GRANT.name(grant.id()), "Another grant names another public half");
      }
      member.epochs.addAll(grant.epochs());
      member.sensitive.addAll(grant.sensitive());
    }
    return members;
  }
}
