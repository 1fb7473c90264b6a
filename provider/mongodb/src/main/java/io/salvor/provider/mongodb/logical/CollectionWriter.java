package io.salvor.provider.mongodb.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentBytes;
import io.salvor.engine.content.RowDigest;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.Server.Reading;
import io.salvor.provider.mongodb.ServerError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Gives a collection the documents that it is to have. They are put into a collection beside it,
 * read back, and that one takes its name: nobody sees half of them, and what a restore that was
 * broken off has left beside is thrown away by the next one. Measurements, which cannot change
 * their collection's name, go straight into an empty one. Safe for several threads.
 */
final class CollectionWriter {
  static final String CHANGED = "its documents have been changed since the plan was made";

  private static final int BATCH_DOCUMENTS = 1000;
  private static final int BATCH_BYTES = 1 << 20;

  private final Server server;
  private final Names names;
  private final BlobSource blobs;
  private final Progress progress;
  private final Outcomes outcomes;

  CollectionWriter(
      Server server, Names names, BlobSource blobs, Progress progress, Outcomes outcomes) {
    this.server = server;
    this.names = names;
    this.blobs = blobs;
    this.progress = progress;
    this.outcomes = outcomes;
  }

  /** What is there of a name: the collection, the command that makes it, its indexes. */
  private record There(Collection collection, BsonDocument create, List<BsonDocument> indexes) {}

  private @Nullable There find(Names.Name name) throws ServerError {
    Definitions.Contents all =
        Definitions.of(server, name.database(), name.collection(), (key, why) -> {});
    for (Collection one : all.collections()) {
      if (!one.name().equals(name.collection())) {
        continue;
      }
      BsonDocument create = new BsonDocument();
      List<BsonDocument> indexes = new ArrayList<>();
      for (Definition definition : all.definitions()) {
        if (Objects.equals(Keys.documents(definition.key()), one.key())) {
          BsonDocument command = Json.parse(definition.text());
          if (definition.type() == Type.COLLECTION) {
            create = command;
          } else {
            indexes.add(command.getArray("indexes").getFirst().asDocument());
          }
        }
      }
      return new There(one, create, indexes);
    }
    return null;
  }

  /** Applies a step, and tells what became of it. */
  void write(long number, Step step) throws IOException {
    progress.checkCancelled();
    progress.current(step.key().toString());
    Names.Name name = names.name(step.key());
    try {
      if (step.wanted() == null) {
        empty(number, step, name);
      } else {
        fill(number, step, name, step.wanted());
      }
    } catch (ServerError e) {
      if (e.fatal()) {
        throw e;
      }
      fail(number, step, e.said() + ": it was left as it is");
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      outcomes.failed(number, step, e.code(), e.getMessage() + ": it was left as it is");
    }
  }

  private void fail(long number, Step step, String why) {
    outcomes.failed(number, step, ErrorCode.ENTRY_NOT_RESTORED, why);
  }

  /** Whether a collection has the documents that a step was planned for. */
  boolean isAsPlanned(Step step) throws IOException {
    There there = find(names.name(step.key()));
    return isAsPlanned(step, there == null ? null : there.collection());
  }

  private boolean isAsPlanned(Step step, @Nullable Collection now) throws IOException {
    LiveItem planned = step.live();
    if (now == null) {
      // What is to go may have gone; what is to be changed may not.
      return planned == null || step.wanted() == null;
    }
    if (planned == null) {
      boolean[] some = new boolean[1];
      server.read(
          now.database(),
          now.name(),
          new Reading(false, 1, 1),
          null,
          (bytes, offset, length) -> some[0] = true);
      return !some[0];
    }
    return LiveDatabases.fingerprint(digest(now)).equals(planned.fingerprint());
  }

  private RowDigest digest(Collection collection) throws IOException {
    return Documents.read(
        server, collection, null, (bytes, offset, length) -> progress.checkCancelled());
  }

  /** Takes all documents away, and leaves the collection. */
  private void empty(long number, Step step, Names.Name name) throws IOException {
    There there = find(name);
    if (there == null) {
      outcomes.removed(number, step);
      return;
    }
    if (!isAsPlanned(step, there.collection())) {
      outcomes.moved(number, step, CHANGED);
      return;
    }
    BsonDocument everything =
        new BsonDocument("q", new BsonDocument()).append("limit", new BsonInt32(0));
    server.change(
        name.database(),
        new BsonDocument("delete", new BsonString(name.collection()))
            .append("deletes", new BsonArray(List.of(everything))));
    outcomes.removed(number, step);
  }

  private void fill(long number, Step step, Names.Name name, Entry wanted) throws IOException {
    There there = find(name);
    if (there != null && there.collection().kind() == Collection.Kind.TIME_SERIES) {
      measurements(number, step, there.collection(), wanted);
      return;
    }
    Names.Name beside = new Names.Name(name.database(), Definitions.TEMPORARY + name.collection());
    BsonDocument drop = new BsonDocument("drop", new BsonString(beside.collection()));
    try {
      drop(beside, drop);
      Collection filled = beside(beside, there, wanted);
      RowDigest digest = digest(filled);
      if (!digest.sum().equals(wanted.attributes().text("digest"))) {
        outcomes.failed(
            number,
            step,
            ErrorCode.RESTORE_MISMATCH,
            "its documents read back other than they were written: it was left as it is");
        return;
      }
      for (BsonDocument index : there == null ? List.<BsonDocument>of() : there.indexes()) {
        server.change(
            beside.database(),
            new BsonDocument("createIndexes", new BsonString(beside.collection()))
                .append("indexes", new BsonArray(List.of(index))));
      }
      if (!isAsPlanned(step)) {
        outcomes.moved(number, step, CHANGED);
        return;
      }
      server.change(
          "admin",
          new BsonDocument("renameCollection", new BsonString(beside.toString()))
              .append("to", new BsonString(name.toString()))
              .append("dropTarget", BsonBoolean.valueOf(there != null)));
      outcomes.done(number, step, LiveDatabases.fingerprint(digest));
    } finally {
      drop(beside, drop);
    }
  }

  private void drop(Names.Name beside, BsonDocument drop) throws ServerError {
    try {
      server.change(beside.database(), drop);
    } catch (ServerError e) {
      if (e.number() != ServerError.NAMESPACE_NOT_FOUND && !e.fatal()) {
        throw e;
      }
    }
  }

  private Collection beside(Names.Name beside, @Nullable There there, Entry wanted)
      throws IOException {
    BsonDocument create = there == null ? new BsonDocument() : there.create().clone();
    BsonDocument command = new BsonDocument("create", new BsonString(beside.collection()));
    create.remove("create");
    command.putAll(create);
    server.change(beside.database(), command);
    Collection as = there == null ? null : there.collection();
    Collection filled =
        new Collection(
            Keys.documents(beside.database(), beside.collection()),
            beside.database(),
            beside.collection(),
            as == null ? Collection.Kind.PLAIN : as.kind(),
            as != null && as.isChecked(),
            0,
            average(wanted));
    insert(filled, wanted);
    return filled;
  }

  private static long average(Entry wanted) {
    Long rows = wanted.attributes().number("rows");
    return rows == null || rows <= 0 ? 0 : wanted.size() / rows;
  }

  private void measurements(long number, Step step, Collection there, Entry wanted)
      throws IOException {
    if (!isAsPlanned(step, there)) {
      outcomes.moved(number, step, CHANGED);
      return;
    }
    LiveItem planned = step.live();
    if (planned != null && planned.entry().size() > 0) {
      fail(
          number,
          step,
          "it has other measurements, and those of a time series cannot be replaced at once: drop"
              + " it first, or restore it under another name with --map");
      return;
    }
    insert(there, wanted);
    RowDigest digest = digest(there);
    if (digest.sum().equals(wanted.attributes().text("digest"))) {
      outcomes.done(number, step, LiveDatabases.fingerprint(digest));
    } else {
      outcomes.failed(
          number,
          step,
          ErrorCode.RESTORE_MISMATCH,
          "its measurements read back other than they were written");
    }
  }

  private void insert(Collection to, Entry wanted) throws IOException {
    List<RawBsonDocument> batch = new ArrayList<>();
    int[] bytes = new int[1];
    DocumentStream stream =
        new DocumentStream(
            document -> {
              batch.add(document);
              bytes[0] += document.getByteBuffer().remaining();
              if (batch.size() >= BATCH_DOCUMENTS || bytes[0] >= BATCH_BYTES) {
                send(to, batch);
                bytes[0] = 0;
              }
            });
    ContentBytes.read(
        blobs,
        wanted.content(),
        wanted.size(),
        (piece, length) -> {
          progress.checkCancelled();
          stream.add(piece, length);
          progress.advance(0, length);
        });
    stream.end();
    send(to, batch);
  }

  private void send(Collection to, List<RawBsonDocument> batch) throws ServerError {
    if (!batch.isEmpty()) {
      server.insert(to.database(), to.name(), batch, to.isChecked());
      batch.clear();
    }
  }
}
