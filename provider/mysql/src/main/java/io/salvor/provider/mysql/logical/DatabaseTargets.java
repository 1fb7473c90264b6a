package io.salvor.provider.mysql.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.provider.mysql.Endpoint;
import io.salvor.provider.mysql.Passwords;
import java.util.Map;
import java.util.TreeMap;

/** Databases as targets of restores, by the addresses of {@link DatabaseProvider}. */
public final class DatabaseTargets implements TargetProvider {
  private final String user;
  private final Passwords passwords;

  /**
   * The servers that can be reached from here.
   *
   * @param user who logs in where an address names nobody
   */
  public DatabaseTargets(String user, Passwords passwords) {
    this.user = user;
    this.passwords = passwords;
  }

  /** The server and database that an address of a target means. */
  public Endpoint endpoint(String address) {
    return Endpoint.parse(address, user);
  }

  /** Where passwords come from. */
  public Passwords passwords() {
    return passwords;
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
          "the backup is one of " + source + ", which is no database of MariaDB or MySQL",
          "name a target of the backup's own kind with --to");
    }
    String database = Endpoint.parse(address, user).database();
    boolean named = asked.names().keySet().stream().anyMatch(name -> name.indexOf('.') < 0);
    if (database.isEmpty() || named) {
      return asked;
    }
    String from = Endpoint.parse(source, user).database();
    Map<String, String> names = new TreeMap<>(asked.names());
    names.put(from.isEmpty() ? database : from, database);
    return new Mapping(names);
  }

  @Override
  public Target open(String address, Mapping mapping, BlobSource blobs, Progress progress) {
    Endpoint endpoint = Endpoint.parse(address, user);
    Mapping whole = mapping.isEmpty() ? Endpoint.mapping(address) : mapping;
    return new DatabaseTarget(endpoint, passwords, whole, blobs);
  }

  @Override
  public Scope scope(Scope asked, Mapping mapping) {
    return DatabaseScope.of(asked, mapping);
  }
}
