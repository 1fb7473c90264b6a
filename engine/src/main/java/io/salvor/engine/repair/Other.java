package io.salvor.engine.repair;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.copy.Transfer;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobLocation;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The repository at hand and its copy, if there is one: whatever either has can be read. */
final class Other implements BlobSource {
  private final Repository here;
  private final @Nullable Repository copy;

  Other(Repository here, @Nullable Repository copy) {
    this.here = here;
    this.copy = copy;
  }

  @Override
  public byte[] get(BlobKind kind, BlobId id) throws IOException {
    try {
      return here.blobs().get(kind, id);
    } catch (SalvorException e) {
      if (!e.code().isDamage() || copy == null) {
        throw e;
      }
      try {
        return copy.blobs().get(kind, id);
      } catch (SalvorException other) {
        if (!other.code().isDamage()) {
          throw other;
        }
        throw e;
      }
    }
  }

  @Override
  public boolean contains(BlobKind kind, BlobId id) {
    return here.index().contains(kind, id) || (copy != null && copy.index().contains(kind, id));
  }

  /** Length of a blob, negative if neither knows it. */
  int length(BlobKind kind, BlobId id) {
    Optional<BlobLocation> place = here.index().find(kind, id);
    if (place.isEmpty() && copy != null) {
      place = copy.index().find(kind, id);
    }
    return place.map(BlobLocation::length).orElse(-1);
  }

  /** Whether the copy can give a blob; reads it. */
  boolean copyHas(BlobKind kind, BlobId id) throws IOException {
    if (copy == null || !copy.index().contains(kind, id)) {
      return false;
    }
    try {
      byte[] _ = copy.blobs().get(kind, id);
      return true;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return false;
    }
  }

  /** Whether the copy has a pack byte for byte; reads it. */
  boolean copyHas(PackSummary pack, Progress progress) throws IOException {
    return copy != null
        && Transfer.isThere(copy.storage(), name(pack), pack.size(), pack.sha256(), progress);
  }

  /** Whether the repository at hand has a pack byte for byte; reads it. */
  boolean isHere(PackSummary pack, Progress progress) throws IOException {
    return Transfer.isThere(here.storage(), name(pack), pack.size(), pack.sha256(), progress);
  }

  /** Puts a pack back; false if the copy has lost it meanwhile. */
  boolean putBack(PackSummary pack, Progress progress) throws IOException {
    return copy != null
        && Transfer.copy(
            copy.storage(), here.storage(), name(pack), pack.size(), pack.sha256(), progress);
  }

  private static ObjectName name(PackSummary pack) {
    return PackDescription.kindOf(pack.kind()).name(pack.id());
  }

  /** A small object of the copy, if it is sound there. */
  Optional<byte[]> object(ObjectName name) throws IOException {
    if (copy == null) {
      return Optional.empty();
    }
    try {
      byte[] object = copy.storage().get(name);
      KeyRing.checkPlain(name, object);
      ObjectKind kind = ObjectKind.of(name).orElseThrow();
      ObjectId id = kind.idIn(name).orElseThrow();
      byte[] _ = copy.keys().openSmall(kind, id, object);
      return Optional.of(object);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (SalvorException e) {
      if (!e.code().isDamage() && e.code() != ErrorCode.FORMAT_NEWER) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
