package io.salvor.provider.mongodb.logical;

import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNumber;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What the disk has that a server's data lie on, in bytes.
 *
 * @param total all of it
 * @param free what is left
 */
record Room(long total, long free) {
  /** By the statistics of a database; null if the server does not tell. */
  static @Nullable Room of(Server server, String database) throws ServerError {
    try {
      BsonDocument told = server.command(database, new BsonDocument("dbStats", new BsonInt32(1)));
      BsonNumber total = number(told.get("fsTotalSize"));
      BsonNumber used = number(told.get("fsUsedSize"));
      return total == null || used == null || total.longValue() <= 0
          ? null
          : new Room(total.longValue(), total.longValue() - used.longValue());
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      return null;
    }
  }

  private static @Nullable BsonNumber number(@Nullable BsonValue value) {
    return value != null && value.isNumber() ? value.asNumber() : null;
  }
}
