package io.salvor.cli.command;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pack.BlobReader;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.Storages;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A copy that is read where this repository is damaged; opened when it is first needed. */
final class Fallback {
  private static final int MOST_WARNINGS = 20;

  @Option(
      names = "--fallback",
      paramLabel = "<address>",
      description =
          "a copy of the repository, to read from it what is damaged here; also SALVOR_FALLBACK")
  @Nullable String address;

  /** Has the repository fall back to what was asked for, if anything was. */
  void use(Repository repository, Session session) {
    String from =
        address != null
            ? address
            : session.machine().environment().getOrDefault("SALVOR_FALLBACK", "");
    if (!from.isEmpty()) {
      repository.fallBackTo(new Copy(repository, from, session));
    }
  }

  private static final class Copy implements BlobReader.Fallback {
    private final Repository repository;
    private final String address;
    private final Session session;
    private final Set<String> told = new HashSet<>();
    private @Nullable Repository copy;
    private @Nullable SalvorException unusable;

    Copy(Repository repository, String address, Session session) {
      this.repository = repository;
      this.address = address;
      this.session = session;
    }

    @Override
    public byte[] get(BlobKind kind, BlobId id, SalvorException damage) throws IOException {
      Repository other = open(damage);
      byte[] blob;
      try {
        blob = other.blobs().get(kind, id);
      } catch (SalvorException e) {
        damage.addSuppressed(e);
        throw damage;
      }
      tell(damage);
      return blob;
    }

    private synchronized Repository open(SalvorException damage) throws IOException {
      if (copy == null && unusable == null) {
        try {
          Repository opened = session.open(Storages.open(address), session::opener);
          if (!opened.id().equals(repository.id())) {
            throw new SalvorException(
                ErrorCode.NOT_A_COPY,
                address + " is no copy of " + repository.storage().address(),
                "its id is " + opened.id() + " instead of " + repository.id(),
                "name a copy of this repository");
          }
          copy = opened;
        } catch (SalvorException e) {
          unusable = e;
          session.warn(address, "the copy cannot be used: " + e.why(), e.code().code());
        }
      }
      if (copy == null) {
        throw damage;
      }
      return copy;
    }

    private synchronized void tell(SalvorException damage) {
      if (told.size() < MOST_WARNINGS && told.add(String.valueOf(damage.getMessage()))) {
        session.warn(
            "",
            damage.getMessage() + "; it was read from the copy " + address,
            damage.code().code());
      }
    }
  }
}
