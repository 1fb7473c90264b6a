package io.salvor.engine.repository;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.local.LocalState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Where this machine keeps what belongs to one repository. */
record LocalPlaces(LocalState local, ObjectId repository) implements LedgerMemory {
  private static final String HEADS = "ledger-heads";
  private static final String DAMAGED_PACKS = "damaged-packs";

  /** The directory of the index view; may be deleted at any time. */
  Path indexView() {
    return local.cache(repository.toString()).directory("index").path();
  }

  /** Packs that a verification has found damaged. */
  Set<ObjectId> damagedPacks() {
    Set<ObjectId> packs = new LinkedHashSet<>();
    Optional<byte[]> bytes = local.state(repository.toString()).read(DAMAGED_PACKS);
    if (bytes.isPresent()) {
      try {
        CborReader in = new CborReader(bytes.get());
        for (int n = in.array(); n > 0; n--) {
          packs.add(ObjectId.from(in.view(ObjectId.SIZE)));
        }
        in.end();
      } catch (MalformedException e) {
        // The next verification writes it anew.
        return Set.of();
      }
    }
    return packs;
  }

  void damagedPacks(Set<ObjectId> packs) {
    if (packs.equals(damagedPacks())) {
      return;
    }
    CborWriter out = new CborWriter().array();
    packs.forEach(id -> out.bytes16(id.high(), id.low()));
    local.state(repository.toString()).writeAtomically(DAMAGED_PACKS, out.end().toByteArray());
  }

  @Override
  public List<Seen> read() {
    Optional<byte[]> bytes = local.state(repository.toString()).read(HEADS);
    if (bytes.isEmpty()) {
      return List.of();
    }
    List<Seen> heads = new ArrayList<>();
    try {
      CborReader in = new CborReader(bytes.get());
      for (int n = in.array(); n > 0; n--) {
        in.array(3);
        heads.add(new Seen(ObjectId.from(in.view(ObjectId.SIZE)), in.uint(), in.bytes(32)));
      }
      in.end();
    } catch (MalformedException e) {
      // Half a memory is none: it is written anew with the next head that is seen.
      return List.of();
    }
    return heads;
  }

  @Override
  public void write(List<Seen> heads) {
    CborWriter out = new CborWriter().array();
    for (Seen seen : heads) {
      out.array().bytes16(seen.id().high(), seen.id().low()).uint(seen.number());
      out.bytes(seen.sha256()).end();
    }
    local.state(repository.toString()).writeAtomically(HEADS, out.end().toByteArray());
  }
}
