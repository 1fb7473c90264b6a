package io.salvor.provider.postgresql.cluster;

import io.salvor.engine.entry.EntryBuilder;
import io.salvor.engine.entry.Owner;
import io.salvor.engine.posix.Posix;
import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whom a cluster's files belong to. */
record Ownership(Owner user, Owner group) {
  /** Not known: nobody of that name is meant, and whoever restores it decides. */
  static final Ownership UNKNOWN = new Ownership(new Owner(0, null), new Owner(0, null));

  /** That of a file. */
  static Ownership of(Path file) throws IOException {
    OsUser owner = OsUser.ownerOf(file);
    var names = Posix.system().owners();
    return new Ownership(
        new Owner(owner.uid(), bytes(names.userName(owner.uid()))),
        new Owner(owner.gid(), bytes(names.groupName(owner.gid()))));
  }

  private static byte @Nullable [] bytes(@Nullable String name) {
    return name == null ? null : name.getBytes(StandardCharsets.UTF_8);
  }

  EntryBuilder give(EntryBuilder entry) {
    return entry.user(user).group(group);
  }
}
