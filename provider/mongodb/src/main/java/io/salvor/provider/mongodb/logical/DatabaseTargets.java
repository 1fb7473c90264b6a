package io.salvor.provider.mongodb.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Databases as targets of restores, by the addresses of {@link DatabaseProvider}. */
public final class DatabaseTargets implements TargetProvider {
  private final Passwords passwords;
  private final Supplier<SecureRandom> random;

  /**
   * The servers that can be reached from here.
   *
   * @param random for passwords that nobody knows
   */
  public DatabaseTargets(Passwords passwords, Supplier<SecureRandom> random) {
    this.random = random;
    this.passwords = passwords;
  }

  @Override
  public boolean handles(String address) {
    return Endpoint.handles(address);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A target of one database takes the source's one database, whatever its name; of a source
   * with all databases the one of that name.
   */
  @Override
  public Mapping mapping(String address, Mapping asked, String source) {
    if (!Endpoint.handles(source)) {
      throw new SalvorException(
          ErrorCode.TARGET_INCOMPATIBLE,
          "Cannot restore to " + address,
          "the backup is one of " + source + ", which is no database of MongoDB",
          "name a target of the backup's own kind with --to");
    }
    String database = Endpoint.parse(address).database();
    boolean named = asked.names().keySet().stream().anyMatch(name -> name.indexOf('.') < 0);
    if (database.isEmpty() || named) {
      return asked;
    }
    String from = Endpoint.parse(source).database();
    Map<String, String> names = new TreeMap<>(asked.names());
    names.put(from.isEmpty() ? database : from, database);
    return new Mapping(names);
  }

  @Override
  public Target open(String address, Mapping mapping, BlobSource blobs, Progress progress) {
    Endpoint endpoint = Endpoint.parse(address);
    Mapping whole = mapping.isEmpty() ? Endpoint.mapping(address) : mapping;
    return new DatabaseTarget(endpoint, passwords, whole, blobs, random);
  }

  @Override
  public Scope scope(Scope asked, Mapping mapping) {
    return DatabaseScope.of(asked, mapping);
  }
}
