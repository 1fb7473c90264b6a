package io.salvor.engine.repository;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens what a machine remembers of a repository to the fuzzer. */
public final class FuzzedPlaces {
  private static final ObjectId REPOSITORY = new ObjectId(1, 2);
  private static final String PLACE = "memory:";
  private static final Map<Path, LocalPlaces> MACHINES = new ConcurrentHashMap<>();

  private FuzzedPlaces() {}

  /** The ledger's heads, damaged and verified packs, and the place, all from the same bytes. */
  public static Object remembered(Path file, byte[] bytes) throws IOException {
    Path directory = file.resolveSibling("machine");
    LocalPlaces places = MACHINES.computeIfAbsent(directory, FuzzedPlaces::machine);
    LocalState local = places.local();
    for (String kind : List.of("ledger-heads-", "damaged-packs-", "verified-packs-")) {
      Path state = local.state(REPOSITORY.toString()).path();
      try (var names = Files.list(state)) {
        for (Path name : names.toList()) {
          if (name.getFileName().toString().startsWith(kind)) {
            Files.write(name, bytes);
          }
        }
      }
    }
    Path settled = local.state("places").path();
    try (var names = Files.list(settled)) {
      for (Path name : names.filter(Files::isRegularFile).toList()) {
        Files.write(name, bytes);
      }
    }
    places.settle(Progress.NONE);
    return List.of(places.read(), places.damagedPacks(), places.verifiedPacks());
  }

  private static LocalPlaces machine(Path directory) {
    LocalState local = LocalState.open(Map.of("SALVOR_CACHE_DIR", directory.toString()), directory);
    LocalPlaces places = new LocalPlaces(local, REPOSITORY, PLACE);
    places.settle(Progress.NONE);
    places.write(List.of());
    places.damagedPacks(Set.of(REPOSITORY));
    places.verifiedPacks(Map.of());
    return places;
  }
}
