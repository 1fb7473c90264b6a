package io.salvor.provider.stream;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.posix.RawNames;
import java.time.Instant;

/** The entry of a stream: a file of whoever makes the backup. */
final class StreamEntry {
  private static final int MODE = 0600;

  private StreamEntry() {}

  static Entry of(Feed.Stored stored, Posix posix, Instant now) throws PosixException {
    long uid = Math.max(0, posix.effectiveUid());
    long gid = Math.max(0, posix.effectiveGid());
    String user = posix.owners().userName(uid);
    String group = posix.owners().groupName(gid);
    return Entry.builder(EntryKind.FILE)
        .mode(MODE)
        .mtime(PosixTime.of(now))
        .user(new Owner(uid, user == null ? null : RawNames.of(user)))
        .group(new Owner(gid, group == null ? null : RawNames.of(group)))
        .content(stored.size(), stored.ref())
        .build();
  }
}
