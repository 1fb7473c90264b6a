package io.salvor.provider.mongodb.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import io.salvor.provider.mongodb.logical.DatabaseApplier.Numbered;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

/** Makes, replaces and drops things; each by a command of its own. */
final class DefinitionWriter {
  // A role that needs another that is not there yet.
  private static final int ROLE_NOT_FOUND = 31;
  private static final int INDEX_NOT_FOUND = 27;
  private static final Set<Integer> THERE =
      Set.of(ServerError.NAMESPACE_EXISTS, 51002, 51003, 85, 86);

  private final Server server;
  private final Names names;
  private final BlobSource blobs;
  private final Outcomes outcomes;
  private final Map<Key, Definition> now;
  private final Supplier<SecureRandom> random;

  /**
   * A writer.
   *
   * @param now what is there of what is changed or deleted
   * @param random for passwords that nobody knows
   */
  DefinitionWriter(
      Server server,
      Names names,
      BlobSource blobs,
      Outcomes outcomes,
      Map<Key, Definition> now,
      Supplier<SecureRandom> random) {
    this.server = server;
    this.names = names;
    this.blobs = blobs;
    this.outcomes = outcomes;
    this.now = now;
    this.random = random;
  }

  private boolean isAsPlanned(Step step) {
    LiveItem planned = step.live();
    Definition found = now.get(step.key());
    return planned == null
        || (found != null && planned.fingerprint().equals(LiveDatabases.fingerprint(found.text())));
  }

  /** Makes things, again and again as long as that lets others be made. */
  void make(List<Numbered> steps) throws IOException {
    List<Numbered> left = new ArrayList<>(steps);
    for (boolean going = true; going; ) {
      going = false;
      for (Numbered one : List.copyOf(left)) {
        if (make(one) == null) {
          left.remove(one);
          going = true;
        }
      }
    }
    for (Numbered one : left) {
      ServerError refused = make(one);
      if (refused != null) {
        fail(one, refused.said());
      }
    }
  }

  private void fail(Numbered one, String why) {
    outcomes.failed(one.number(), one.step(), ErrorCode.ENTRY_NOT_RESTORED, why);
  }

  /** What a thing needs that is not there yet; null if it was made, or what became of it told. */
  private @Nullable ServerError make(Numbered one) throws IOException {
    Step step = one.step();
    Entry wanted = step.wanted();
    Type type = one.type();
    if (wanted == null || type == null) {
      throw new IllegalArgumentException("nothing to make: " + step.key());
    }
    if (!isAsPlanned(step)) {
      outcomes.moved(one.number(), step, "its definition has been changed since the plan was made");
      return null;
    }
    boolean update = step.change() instanceof Change.Update;
    if (update && type.isKept()) {
      fail(one, "it is there with other options, and was left as it is");
      return null;
    }
    try {
      String text = DatabaseTarget.text(blobs, wanted);
      if (update) {
        drop(step.key(), type);
      }
      run(step.key(), type, text);
      outcomes.done(one.number(), step, LiveDatabases.fingerprint(text));
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      Definition before = now.get(step.key());
      if (update && before != null) {
        run(step.key(), type, before.text());
      }
      if (e.number() == ROLE_NOT_FOUND) {
        return e;
      }
      if (THERE.contains(e.number()) && step.live() == null) {
        outcomes.moved(one.number(), step, "there is one by now: " + e.said());
      } else {
        fail(one, e.said());
      }
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      outcomes.failed(one.number(), step, e.code(), String.valueOf(e.getMessage()));
    }
    return null;
  }

  private void run(Key key, Type type, String text) throws IOException {
    BsonDocument command = names.renamed(key, text);
    if (type == Type.USER) {
      // Nobody learns it: the backup has none, and an account without one would be open to all.
      byte[] secret = new byte[32];
      random.get().nextBytes(secret);
      command.put("pwd", new BsonString(HexFormat.of().formatHex(secret)));
    }
    server.change(names.name(key).database(), command);
  }

  private void drop(Key key, Type type) throws ServerError {
    Names.Name name = names.name(key);
    String word = type == Type.INDEX ? "dropIndexes" : "drop";
    BsonDocument command = new BsonDocument(word, new BsonString(name.collection()));
    if (type == Type.INDEX) {
      command.put("index", new BsonString(Keys.part(key, 3)));
    }
    try {
      server.change(name.database(), command);
    } catch (ServerError e) {
      if (e.number() != ServerError.NAMESPACE_NOT_FOUND && e.number() != INDEX_NOT_FOUND) {
        throw e;
      }
    }
  }

  /**
   * Drops things in the order given; users and roles stay.
   *
   * @param kept documents of collections that stay
   * @param dropped documents of collections that go, and their indexes with them
   */
  void drop(List<Numbered> drops, Set<Key> kept, Set<Key> dropped) throws IOException {
    for (Numbered one : drops) {
      Step step = one.step();
      Type type = one.type();
      Key documents = Keys.documents(step.key());
      if (!isAsPlanned(step) && now.containsKey(step.key())) {
        outcomes.moved(
            one.number(), step, "its definition has been changed since the plan was made");
      } else if (documents != null && kept.contains(documents)) {
        outcomes.moved(one.number(), step, "it belongs to a collection that has been changed");
      } else if (type == null || type == Type.USER || type == Type.ROLE) {
        // Others may use it by now; whoever wants it gone drops it.
        outcomes.note(new Notice("kept", step.key().toString(), "users and roles are not dropped"));
        outcomes.removed(one.number(), step);
      } else if (type == Type.INDEX && documents != null && dropped.contains(documents)) {
        outcomes.removed(one.number(), step);
      } else {
        try {
          drop(step.key(), type);
          outcomes.removed(one.number(), step);
        } catch (ServerError e) {
          if (e.fatal()) {
            throw e;
          }
          fail(one, "it stays: " + e.said());
        }
      }
    }
  }
}
