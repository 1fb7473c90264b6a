package io.salvor.provider.mongodb.logical;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Applier;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.mongodb.Endpoint;
import io.salvor.provider.mongodb.Passwords;
import io.salvor.provider.mongodb.Server;
import io.salvor.provider.mongodb.ServerError;
import io.salvor.provider.mongodb.Troubles;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies steps in the order in which databases can be made: they come by their keys, and are
 * collected until the last has come. There are as many as things, never as documents.
 */
final class DatabaseApplier implements Applier {
  private static final Comparator<Numbered> ORDER =
      Comparator.comparingInt(Numbered::rank).thenComparing(one -> one.step().key());

  private final Endpoint endpoint;
  private final Passwords passwords;
  private final Names names;
  private final BlobSource blobs;
  private final Outcomes outcomes;
  private final Progress progress;
  private final Troubles troubles;
  private final Supplier<SecureRandom> random;
  private final List<Numbered> steps = new ArrayList<>();

  /** A step and its number. */
  record Numbered(long number, Step step) {
    /** What it makes; null for documents. */
    @Nullable Type type() {
      return isDocuments() ? null : Keys.type(step.key());
    }

    /** Documents first. */
    int rank() {
      Type type = type();
      return type == null ? -1 : List.of(Type.values()).indexOf(type);
    }

    boolean isDocuments() {
      return step.entry().kind() == EntryKind.TABLE;
    }

    boolean deletes() {
      return step.change() instanceof Change.Delete;
    }
  }

  DatabaseApplier(
      Endpoint endpoint,
      Passwords passwords,
      Names names,
      BlobSource blobs,
      Progress progress,
      Outcomes outcomes,
      Troubles troubles,
      Supplier<SecureRandom> random) {
    this.endpoint = endpoint;
    this.passwords = passwords;
    this.names = names;
    this.blobs = blobs;
    this.outcomes = outcomes;
    this.progress = progress;
    this.troubles = troubles;
    this.random = random;
  }

  @Override
  public void apply(long number, Step step) {
    steps.add(new Numbered(number, step));
  }

  @Override
  public void finish() throws IOException, InterruptedException {
    try (Server server = Server.openToWrite(endpoint, passwords)) {
      CollectionWriter writer = new CollectionWriter(server, names, blobs, progress, outcomes);
      DefinitionWriter definitions =
          new DefinitionWriter(server, names, blobs, outcomes, now(), random);
      delete(writer, definitions);
      make(definitions, type -> type == Type.COLLECTION);
      documents(server, writer);
      make(definitions, type -> type != Type.COLLECTION);
    } catch (ServerError e) {
      throw troubles.told(e);
    }
  }

  private List<Numbered> of(Predicate<Numbered> which) {
    return steps.stream().filter(which).sorted(ORDER).toList();
  }

  private void make(DefinitionWriter definitions, Predicate<Type> which) throws IOException {
    progress.checkCancelled();
    definitions.make(
        of(
            one -> {
              Type type = one.type();
              return type != null && !one.deletes() && which.test(type);
            }));
  }

  /** What is there now of the definitions that are changed or deleted. */
  private Map<Key, Definition> now() throws IOException {
    Map<Key, Definition> now = new TreeMap<>();
    List<Numbered> changed = of(one -> !one.isDocuments() && one.step().live() != null);
    if (changed.isEmpty()) {
      return now;
    }
    try (LiveDatabases live = LiveDatabases.open(endpoint, passwords, names)) {
      for (Numbered one : changed) {
        Definition definition = live.definition(one.step().key());
        if (definition != null) {
          now.put(one.step().key(), definition);
        }
      }
    }
    return now;
  }

  /** A collection whose documents have changed does not go. */
  private void delete(CollectionWriter writer, DefinitionWriter definitions) throws IOException {
    List<Numbered> drops = of(one -> !one.isDocuments() && one.deletes()).reversed();
    Set<Key> dropped = new HashSet<>();
    for (Numbered one : drops) {
      Key documents = Keys.documents(one.step().key());
      if (one.type() == Type.COLLECTION && documents != null) {
        dropped.add(documents);
      }
    }
    Set<Key> moved = new HashSet<>();
    List<Numbered> gone = new ArrayList<>();
    for (Numbered one : of(one -> one.isDocuments() && one.deletes())) {
      Key key = one.step().key();
      if (!dropped.contains(key)) {
        writer.write(one.number(), one.step());
      } else if (writer.isAsPlanned(one.step())) {
        gone.add(one);
      } else {
        moved.add(key);
        outcomes.moved(one.number(), one.step(), CollectionWriter.CHANGED);
      }
    }
    definitions.drop(drops, moved, dropped);
    gone.forEach(one -> outcomes.removed(one.number(), one.step()));
  }

  private void documents(Server server, CollectionWriter writer)
      throws IOException, InterruptedException {
    List<Numbered> all = new ArrayList<>(of(one -> one.isDocuments() && !one.deletes()));
    all.sort(Comparator.comparingLong((Numbered one) -> one.step().entry().size()).reversed());
    List<Pool.Work> work = new ArrayList<>();
    for (Numbered one : all) {
      work.add(() -> writer.write(one.number(), one.step()));
    }
    new Pool(endpoint.connections()).run(work, server::close);
  }

  @Override
  public void close() {
    steps.clear();
  }
}
