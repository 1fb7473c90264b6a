package io.salvor.provider.mongodb;

import com.mongodb.ClientSessionOptions;
import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoCredential;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.ClientSession;
import com.mongodb.client.FindIterable;
import com.mongodb.client.ListCollectionsIterable;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.MongoIterable;
import com.mongodb.client.model.InsertManyOptions;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonTimestamp;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * What is reached under an address: a server, a replica set, a sharded cluster. Safe for several
 * threads; {@link #close} breaks off what is under way.
 */
public final class Server implements AutoCloseable {
  private static final int SELECTION_SECONDS = 10;
  private static final int SPARE_CONNECTIONS = 4;

  private final MongoClient client;

  private Server(MongoClient client) {
    this.client = client;
  }

  /**
   * Logs in.
   *
   * @throws ServerError if it is refused, or nobody answers
   * @throws SalvorException if the address or the password is of no use
   */
  public static Server open(Endpoint endpoint, Passwords passwords) throws IOException {
    return open(endpoint, passwords, false);
  }

  /** Logs in to write: what is read comes from the server that takes the writes. */
  public static Server openToWrite(Endpoint endpoint, Passwords passwords) throws IOException {
    return open(endpoint, passwords, true);
  }

  private static Server open(Endpoint endpoint, Passwords passwords, boolean primary)
      throws IOException {
    MongoClientSettings.Builder settings;
    try {
      settings =
          MongoClientSettings.builder()
              .applyConnectionString(new ConnectionString(endpoint.uri()))
              .applicationName("salvor")
              .writeConcern(WriteConcern.MAJORITY.withJournal(true))
              .applyToConnectionPoolSettings(
                  pool -> pool.maxSize(endpoint.connections() + SPARE_CONNECTIONS));
      MongoCredential credential = credential(endpoint, passwords);
      if (credential != null) {
        settings.credential(credential);
      }
    } catch (IllegalArgumentException e) {
      throw endpoint.refused(String.valueOf(e.getMessage()));
    } catch (MongoException e) {
      // The names of mongodb+srv are looked up here.
      throw new ServerError(e);
    }
    if (!endpoint.options().containsKey("serverSelectionTimeoutMS")) {
      settings.applyToClusterSettings(
          cluster -> cluster.serverSelectionTimeout(SELECTION_SECONDS, TimeUnit.SECONDS));
    }
    String certificates = endpoint.options().get("tlsCAFile");
    if (certificates != null) {
      SSLContext context = trusting(Path.of(certificates));
      settings.applyToSslSettings(ssl -> ssl.enabled(true).context(context));
    }
    if (primary) {
      settings.readPreference(ReadPreference.primary());
    }
    Server server = new Server(MongoClients.create(settings.build()));
    try {
      BsonDocument _ = server.hello();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private static @Nullable MongoCredential credential(Endpoint endpoint, Passwords passwords)
      throws IOException {
    String user = endpoint.user();
    if (user.isEmpty()) {
      return null;
    }
    String mechanism = endpoint.options().getOrDefault("authMechanism", "");
    if (mechanism.equals("MONGODB-X509")) {
      return MongoCredential.createMongoX509Credential(user);
    }
    String password = passwords.of(endpoint);
    if (password == null) {
      throw new SalvorException(
          ErrorCode.SOURCE_UNREADABLE,
          "Nobody can log in to " + endpoint.place() + " as " + user,
          "No password is known",
          "Set MONGODB_PASSWORD, or MONGODB_PASSWORD_FILE to a file that has it");
    }
    char[] secret = password.toCharArray();
    String source = endpoint.authSource();
    return switch (mechanism) {
      case "" -> MongoCredential.createCredential(user, source, secret);
      case "SCRAM-SHA-1" -> MongoCredential.createScramSha1Credential(user, source, secret);
      case "SCRAM-SHA-256" -> MongoCredential.createScramSha256Credential(user, source, secret);
      case "PLAIN" -> MongoCredential.createPlainCredential(user, "$external", secret);
      default -> throw endpoint.refused("the authMechanism \"" + mechanism + "\" is not known");
    };
  }

  private static SSLContext trusting(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca" + number++, one);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " has no certificates that can be used: " + e.getMessage(), e);
    }
  }

  private static <T> T asked(Supplier<T> question) throws ServerError {
    try {
      return question.get();
    } catch (MongoException e) {
      throw new ServerError(e);
    }
  }

  private static List<BsonDocument> all(MongoIterable<BsonDocument> few) throws ServerError {
    return asked(() -> few.into(new ArrayList<>()));
  }

  /** What the server says of itself. */
  public BsonDocument hello() throws ServerError {
    try {
      return command(Endpoint.AUTH_SOURCE, new BsonDocument("hello", new BsonInt32(1)));
    } catch (ServerError e) {
      if (e.number() != ServerError.COMMAND_NOT_FOUND) {
        throw e;
      }
      // Its name before 5.0.
      return command(Endpoint.AUTH_SOURCE, new BsonDocument("isMaster", new BsonInt32(1)));
    }
  }

  /** The version, such as {@code 7.0.14}. */
  public String version() throws ServerError {
    return command(Endpoint.AUTH_SOURCE, new BsonDocument("buildInfo", new BsonInt32(1)))
        .getString("version", new BsonString("?"))
        .getValue();
  }

  /** Asks. */
  public BsonDocument command(String database, BsonDocument command) throws ServerError {
    return asked(() -> client.getDatabase(database).runCommand(command, BsonDocument.class));
  }

  /** Changes something, and waits until most members have it. */
  public void change(String database, BsonDocument command) throws ServerError {
    BsonDocument whole = command.clone();
    whole.put(
        "writeConcern",
        new BsonDocument("w", new BsonString("majority")).append("wtimeout", new BsonInt32(0)));
    BsonDocument _ = command(database, whole);
  }

  /** Names of the databases that the user may see. */
  public List<String> databases() throws ServerError {
    return asked(() -> client.listDatabaseNames().into(new ArrayList<>()));
  }

  /**
   * What a database has: name, type and options of each.
   *
   * @param only the one of this name; null for all
   */
  public List<BsonDocument> collections(String database, @Nullable String only) throws ServerError {
    ListCollectionsIterable<BsonDocument> found =
        client.getDatabase(database).listCollections(BsonDocument.class);
    return all(only == null ? found : found.filter(new BsonDocument("name", new BsonString(only))));
  }

  /** The indexes of a collection. */
  public List<BsonDocument> indexes(String database, String collection) throws ServerError {
    return all(
        client.getDatabase(database).getCollection(collection).listIndexes(BsonDocument.class));
  }

  /** Takes documents, each as the bytes that the server has sent. */
  public interface Taker {
    /** The next; it is not kept. */
    void take(byte[] bytes, int offset, int length) throws IOException;
  }

  /**
   * How documents are read.
   *
   * @param ordered by {@code _id}, along its index; else as they lie
   * @param batch how many the server sends at a time
   * @param limit how many at most; 0 for all
   */
  public record Reading(boolean ordered, int batch, int limit) {}

  /** Reads documents, never many at a time. */
  public void read(
      String database, String collection, Reading how, @Nullable ClientSession session, Taker taker)
      throws IOException {
    MongoCollection<RawBsonDocument> from =
        client.getDatabase(database).getCollection(collection, RawBsonDocument.class);
    try {
      FindIterable<RawBsonDocument> found =
          (session == null ? from.find() : from.find(session)).batchSize(how.batch());
      if (how.ordered()) {
        BsonDocument id = new BsonDocument("_id", new BsonInt32(1));
        found = found.sort(id).hint(id);
      }
      if (how.limit() > 0) {
        found = found.limit(how.limit());
      }
      try (MongoCursor<RawBsonDocument> cursor = found.cursor()) {
        while (cursor.hasNext()) {
          ByteBuffer bytes = cursor.next().getByteBuffer().asNIO();
          taker.take(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        }
      }
    } catch (MongoException e) {
      throw new ServerError(e);
    }
  }

  /**
   * Adds documents in their order.
   *
   * @param unchecked whether what does not keep the collection's rules is taken as well
   */
  public void insert(
      String database, String collection, List<RawBsonDocument> documents, boolean unchecked)
      throws ServerError {
    InsertManyOptions options = new InsertManyOptions().ordered(true);
    if (unchecked) {
      options.bypassDocumentValidation(true);
    }
    var _ =
        asked(
            () ->
                client
                    .getDatabase(database)
                    .getCollection(collection, RawBsonDocument.class)
                    .insertMany(documents, options));
  }

  /**
   * A session whose reads are all of one moment.
   *
   * @param moment which one; null for that of its first read
   */
  public ClientSession snapshot(@Nullable BsonTimestamp moment) throws ServerError {
    ClientSession session =
        asked(() -> client.startSession(ClientSessionOptions.builder().snapshot(true).build()));
    if (moment != null) {
      session.setSnapshotTimestamp(moment);
    }
    return session;
  }

  @Override
  public void close() {
    client.close();
  }
}
