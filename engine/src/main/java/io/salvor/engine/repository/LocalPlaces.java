package io.salvor.engine.repository;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.Sha256;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.progress.Progress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where this machine keeps what belongs to one repository in one place. A copy has the same id and
 * may lag behind, so that what was seen of one says nothing about the other.
 *
 * @param place the storage's canonical address
 */
record LocalPlaces(LocalState local, ObjectId repository, String place) implements LedgerMemory {
  private static final String VERIFIED_PACKS = "verified-packs-";
  private static final int VERIFIED_SIZE = ObjectId.SIZE + Long.BYTES;
  private static final long LATEST = Instant.MAX.getEpochSecond();
  private static final String PLACES = "places";
  private static final String HEADS = "ledger-heads-";
  private static final String BACKUPS = "ledger-backups-";
  private static final String DAMAGED_PACKS = "damaged-packs-";

  /** A place's name among files: the beginning of its hash, for addresses may be long. */
  private String suffix() {
    return suffix(place);
  }

  private static String suffix(String place) {
    byte[] hash = Sha256.of(place.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash, 0, 8);
  }

  /**
   * Remembers that this repository is in this place, and warns if another one was, or if it is
   * known from elsewhere only.
   */
  void settle(Progress progress) {
    Optional<Settled> before = settled(suffix());
    if (before.isPresent() && before.get().repository.equals(repository)) {
      return;
    }
    if (before.isPresent()) {
      progress.warn(
          ErrorCode.PLACE_EXCHANGED.code(),
          place,
          "another repository is here than when this machine looked last: "
              + repository
              + " where "
              + before.get().repository
              + " was, whose backups are not in it; if nobody meant that, find the disk or mount"
              + " that belongs here");
    } else {
      elsewhere()
          .ifPresent(
              other ->
                  progress.warn(
                      ErrorCode.PLACE_NEW.code(),
                      place,
                      "this machine knows this repository from "
                          + other
                          + " only; what it has seen of the ledger there does not count here, so"
                          + " run `salvor verify` if it was moved"));
    }
    CborWriter out = new CborWriter().array();
    out.bytes16(repository.high(), repository.low()).text(place);
    local.state(PLACES).writeAtomically(suffix(), out.end().toByteArray());
  }

  /** What is known of a place. */
  private record Settled(ObjectId repository, String place) {}

  /** Whether this machine has seen a repository in a place. */
  static boolean isKnown(LocalState local, String place) {
    return settled(local, suffix(place)).isPresent();
  }

  private Optional<Settled> settled(String name) {
    return settled(local, name);
  }

  private static Optional<Settled> settled(LocalState local, String name) {
    Optional<byte[]> bytes = local.state(PLACES).read(name);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      CborReader in = new CborReader(bytes.get());
      in.array(2);
      Settled settled = new Settled(ObjectId.from(in.view(ObjectId.SIZE)), in.text());
      in.end();
      return Optional.of(settled);
    } catch (MalformedException e) {
      // Written anew, as if it were the first time.
      return Optional.empty();
    }
  }

  private Optional<String> elsewhere() {
    return others().stream().findFirst();
  }

  /** Every other place in which this machine has seen the repository, or a copy of it. */
  List<String> others() {
    return local.state(PLACES).names().stream()
        .flatMap(name -> settled(name).stream())
        .filter(settled -> settled.repository.equals(repository))
        .map(Settled::place)
        .filter(other -> !other.equals(place))
        .sorted()
        .toList();
  }

  /** The directory of the index view; may be deleted at any time. */
  Path indexView() {
    return local.cache(repository.toString()).directory("index-" + suffix()).path();
  }

  /** Packs that a verification has found damaged. */
  Set<ObjectId> damagedPacks() {
    Set<ObjectId> packs = new LinkedHashSet<>();
    Optional<byte[]> bytes = local.state(repository.toString()).read(DAMAGED_PACKS + suffix());
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
    local
        .state(repository.toString())
        .writeAtomically(DAMAGED_PACKS + suffix(), out.end().toByteArray());
  }

  /** When packs were read back last, and found sound. */
  Map<ObjectId, Instant> verifiedPacks() {
    Map<ObjectId, Instant> packs = new TreeMap<>();
    Optional<byte[]> bytes = local.state(repository.toString()).read(VERIFIED_PACKS + suffix());
    if (bytes.isPresent() && bytes.get().length % VERIFIED_SIZE == 0) {
      ByteBuffer in = ByteBuffer.wrap(bytes.get());
      while (in.hasRemaining()) {
        ObjectId pack = ObjectId.from(in);
        long seconds = in.getLong();
        if (seconds < 0 || seconds > LATEST) {
          // It costs reading packs once more.
          return new TreeMap<>();
        }
        packs.put(pack, Instant.ofEpochSecond(seconds));
      }
    }
    return packs;
  }

  void verifiedPacks(Map<ObjectId, Instant> packs) {
    ByteBuffer out = ByteBuffer.allocate(packs.size() * VERIFIED_SIZE);
    packs.forEach(
        (pack, when) -> {
          pack.to(out);
          out.putLong(when.getEpochSecond());
        });
    local.state(repository.toString()).writeAtomically(VERIFIED_PACKS + suffix(), out.array());
  }

  @Override
  public List<Seen> read() {
    Optional<byte[]> bytes = local.state(repository.toString()).read(HEADS + suffix());
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
  public List<SeenBackup> backups() {
    Optional<byte[]> bytes = local.state(repository.toString()).read(BACKUPS + suffix());
    List<SeenBackup> backups = new ArrayList<>();
    if (bytes.isPresent()) {
      try {
        CborReader in = new CborReader(bytes.get());
        for (int n = in.array(); n > 0; n--) {
          in.array(2);
          backups.add(new SeenBackup(in.text(), in.text()));
        }
        in.end();
      } catch (MalformedException e) {
        // Less can be said of what is lost; that something is, the heads tell.
        return List.of();
      }
    }
    return backups;
  }

  @Override
  public void writeBackups(List<SeenBackup> backups) {
    CborWriter out = new CborWriter().array();
    backups.forEach(seen -> out.array().text(seen.object()).text(seen.id()).end());
    local.state(repository.toString()).writeAtomically(BACKUPS + suffix(), out.end().toByteArray());
  }

  @Override
  public void write(List<Seen> heads) {
    CborWriter out = new CborWriter().array();
    for (Seen seen : heads) {
      out.array().bytes16(seen.id().high(), seen.id().low()).uint(seen.number());
      out.bytes(seen.sha256()).end();
    }
    local.state(repository.toString()).writeAtomically(HEADS + suffix(), out.end().toByteArray());
  }
}
