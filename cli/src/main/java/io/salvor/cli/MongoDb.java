package io.salvor.cli;

import io.salvor.provider.mongodb.PasswordFile;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.logical.DatabaseProvider;
import io.salvor.provider.mongodb.logical.DatabaseTargets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/** Databases of MongoDB; its own programs have no place where passwords are kept. */
final class MongoDb {
  private MongoDb() {}

  static DatabaseProvider sources(Map<String, String> environment, InstantSource clock) {
    return new DatabaseProvider(passwords(environment), clock);
  }

  static DatabaseTargets targets(Map<String, String> environment, Supplier<SecureRandom> random) {
    return new DatabaseTargets(passwords(environment), random);
  }

  private static Passwords passwords(Map<String, String> environment) {
    Passwords given = endpoint -> environment.get("MONGODB_PASSWORD");
    String file = environment.getOrDefault("MONGODB_PASSWORD_FILE", "");
    return file.isEmpty() ? given : given.or(new PasswordFile(Path.of(file)));
  }
}
