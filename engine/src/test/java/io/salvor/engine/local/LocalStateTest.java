package io.salvor.engine.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStateTest {
  private static final String ID = "00112233445566778899aabbccddeeff";

  @TempDir Path temporary;
  private Path home;

  @BeforeEach
  void makeHome() throws IOException {
    home = Files.createDirectory(temporary.resolve("home"));
  }

  @Test
  void itLiesUnderTheHomeDirectoryByDefault() {
    LocalState local = LocalState.open(Map.of("XDG_CACHE_HOME", ""), home);
    assertThat(local.cache(ID).path()).isEqualTo(home.resolve(".cache/salvor").resolve(ID));
    assertThat(local.state(ID).path()).isEqualTo(home.resolve(".local/state/salvor").resolve(ID));
    assertThat(local.isTemporary()).isFalse();
  }

  @Test
  void itFollowsTheXdgDirectoriesUnlessTheyAreRelative() {
    Path cache = temporary.resolve("c");
    LocalState local =
        LocalState.open(
            Map.of("XDG_CACHE_HOME", cache.toString(), "XDG_STATE_HOME", "relative"), home);
    assertThat(local.cache(ID).path()).isEqualTo(cache.resolve("salvor").resolve(ID));
    assertThat(local.state(ID).path()).startsWith(home);
  }

  @Test
  void oneVariableTakesAllOfItElsewhere() throws IOException {
    Path all = temporary.resolve("all");
    LocalState local =
        LocalState.open(
            Map.of(
                "SALVOR_CACHE_DIR", all.toString(),
                "XDG_CACHE_HOME", temporary.resolve("c").toString()),
            home);
    assertThat(local.cache(ID).path()).isEqualTo(all.resolve("cache").resolve(ID));
    assertThat(local.state(ID).path()).isEqualTo(all.resolve("state").resolve(ID));
    assertThat(list(home)).isEmpty();
    assertThat(temporary.resolve("c")).doesNotExist();
  }

  @Test
  void everyDirectoryIs0700AndEveryFile0600() throws IOException {
    LocalState local =
        LocalState.open(Map.of("SALVOR_CACHE_DIR", temporary.resolve("all").toString()), home);
    local.state(ID).writeAtomically("ledger", bytes("7"));
    local.state(ID).directory("restores").writeAtomically("log", bytes("8"));
    local.cache(ID).lock("view").close();
    try (Stream<Path> files = Files.walk(temporary.resolve("all"))) {
      assertThat(files)
          .hasSizeGreaterThan(8)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
    }
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefusedWithARemedy() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "");
    SalvorException failure =
        catchThrowableOfType(
            SalvorException.class,
            () -> LocalState.open(Map.of("SALVOR_CACHE_DIR", file.toString()), home));
    assertThat(failure.code()).isEqualTo(ErrorCode.LOCAL_STATE);
    assertThat(failure.getMessage()).contains(file.toString());
    assertThat(failure.remedy()).contains("SALVOR_CACHE_DIR");
  }

  @Test
  void whoOnlyReadsIsWarnedOnceAndStillReadsWhatIsThere() throws IOException {
    Map<String, String> environment =
        Map.of("SALVOR_CACHE_DIR", temporary.resolve("all").toString());
    try (LocalState before = LocalState.open(environment, home)) {
      before.state(ID).writeAtomically("ledger", bytes("7"));
      before.state(ID).writeAtomically("other", bytes("x"));
    }
    // The cache cannot be made anew: a file stands in its place, for root and others alike.
    Path cache = temporary.resolve("all/cache");
    Files.delete(cache);
    Files.writeString(cache, "");

    List<SalvorException> warnings = new ArrayList<>();
    Path gone;
    try (LocalState local = LocalState.openOrTemporary(environment, home, warnings::add)) {
      assertThat(local.isTemporary()).isTrue();
      assertThat(warnings)
          .singleElement()
          .extracting(SalvorException::code)
          .isEqualTo(ErrorCode.LOCAL_STATE);
      LocalDirectory state = local.state(ID);
      assertThat(state.read("ledger")).contains(bytes("7"));
      state.writeAtomically("ledger", bytes("8"));
      assertThat(state.read("ledger")).contains(bytes("8"));
      assertThat(state.names()).containsExactly("ledger", "other");
      local.cache(ID).writeAtomically("view", bytes("v"));
      assertThat(local.cache(ID).read("view")).contains(bytes("v"));
      assertThat(warnings).hasSize(1);
      gone = state.path();
    }
    assertThat(gone).doesNotExist();
    assertThat(temporary.resolve("all/state").resolve(ID).resolve("ledger")).hasContent("7");
  }

  @Test
  void aTemporaryPlaceIsRemovedAtTheEnd() {
    LocalState local = LocalState.temporary();
    LocalDirectory cache = local.cache(ID);
    cache.writeAtomically("view", bytes("v"));
    Path path = cache.path();
    assertThat(path.resolve("view")).exists();
    local.close();
    assertThat(path.getParent().getParent()).doesNotExist();
  }

  @Test
  void aRepositorysIdCannotLeadOutside() {
    LocalState local = LocalState.open(Map.of(), home);
    assertThatThrownBy(() -> local.cache("../../etc")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> local.state("")).isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
