package io.salvor.provider.mongodb.logical;

import com.mongodb.client.ClientSession;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.Server.Reading;
import io.salvor.provider.mongodb.ServerError;
import java.io.IOException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * One moment of which everything is read, where the server has such a thing: members of replica
 * sets and sharded clusters, from 5.0 on.
 *
 * @param moment null if there is none
 * @param reason why there is none; empty if there is one
 */
record Snapshot(Server server, @Nullable BsonTimestamp moment, String reason) {
  /** The version of the protocol that came with 5.0. */
  private static final int LEAST_PROTOCOL = 13;

  /** Begins, by a read of any of the collections. */
  static Snapshot take(Server server, @Nullable Collection any) throws IOException {
    BsonDocument hello = server.hello();
    if (!isReplicated(hello)) {
      return new Snapshot(
          server, null, "the server is no member of a replica set, and has no snapshots");
    }
    if (hello.getInt32("maxWireVersion", new BsonInt32(0)).getValue() < LEAST_PROTOCOL) {
      return new Snapshot(server, null, "the server is older than 5.0, and has no snapshots");
    }
    if (any == null) {
      return new Snapshot(server, null, "");
    }
    try (ClientSession session = server.snapshot(null)) {
      server.read(any.database(), any.name(), new Reading(false, 1, 1), session, (b, o, l) -> {});
      BsonTimestamp moment = session.getSnapshotTimestamp();
      return moment == null
          ? new Snapshot(server, null, "the server did not tell of which moment it had read")
          : new Snapshot(server, moment, "");
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      return new Snapshot(server, null, "the server refused one: " + e.said());
    }
  }

  /** Whether a server takes part in a replica set, or stands before some. */
  static boolean isReplicated(BsonDocument hello) {
    return hello.containsKey("setName")
        || hello.getString("msg", new BsonString("")).getValue().equals("isdbgrid");
  }

  /** Whether a collection can be read of that moment. */
  boolean holds(Collection collection) {
    // Reads of that kind are refused for capped collections.
    return moment != null && collection.kind() != Collection.Kind.CAPPED;
  }

  /** A session for one thread; null if there is no moment. */
  @Nullable ClientSession session() throws ServerError {
    return moment == null ? null : server.snapshot(moment);
  }
}
