package io.salvor.testkit.fuzz;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.FuzzedSealed;
import io.salvor.engine.crypto.ObjectKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The fuzzer has a target for each kind of object of docs/format.md §2. */
class FuzzedKindsTest {
  private static final Pattern ROW = Pattern.compile("\\| `[^`]*`[^|]* \\| ([^|]+) \\| (.*) \\|");
  private static final Pattern NUMBER =
      Pattern.compile("(\\d+)((?:(?! \\d|,).)*)"); // a number, and what is said of it

  /** Which target is given what objects of a kind say, and what becomes of them before. */
  private static final Map<Integer, Set<String>> TARGETS =
      Map.ofEntries(
          Map.entry(1, Set.of("pack", "pack-endings", "pack-directory", "frame")),
          Map.entry(2, Set.of("pack", "pack-endings", "pack-directory", "frame")),
          // What is sensitive differs by its keys; its packs are read by the same code.
          Map.entry(3, Set.of("pack", "pack-endings", "pack-directory", "frame")),
          Map.entry(16, Set.of("sealed-object", "sealed-content", "index-segment")),
          Map.entry(32, Set.of("sealed-object", "sealed-content", "manifest")),
          Map.entry(48, Set.of("sealed-object", "sealed-content", "session-open")),
          Map.entry(49, Set.of("sealed-object", "sealed-content", "checkpoint")),
          // That it is there says all: only its signature is looked at.
          Map.entry(50, Set.of("sealed-object", "sealed-content")),
          Map.entry(51, Set.of("sealed-object", "sealed-content", "revocation")),
          Map.entry(64, Set.of("sealed-object", "sealed-content", "condemnation")),
          Map.entry(80, Set.of("sealed-object", "sealed-content", "ledger-entry")),
          Map.entry(96, Set.of("sealed-object", "sealed-content", "fact")),
          Map.entry(128, Set.of("sealed-object", "sealed-content", "journal-tail", "log-ranges")),
          Map.entry(160, Set.of("key-object", "credential")),
          Map.entry(161, Set.of("key-object", "epoch")),
          Map.entry(162, Set.of("key-object", "grant", "secrets", "writer-secrets")),
          Map.entry(163, Set.of("key-object", "writer")),
          Map.entry(165, Set.of("key-object", "announcement")),
          Map.entry(166, Set.of("key-object", "census")));

  @Test
  void everyKindOfTheFormatThatIsNotReservedHasItsTargets() throws IOException {
    assertThat(TARGETS.keySet()).isEqualTo(kinds());
    Set<String> there = Targets.all().stream().map(Target::name).collect(toSet());
    TARGETS.values().forEach(needed -> assertThat(there).containsAll(needed));
  }

  @Test
  void everySmallKindIsSealed() {
    Set<Integer> sealed = new TreeSet<>();
    TARGETS.forEach(
        (kind, targets) -> {
          if (targets.contains("sealed-object")) {
            sealed.add(kind);
          }
        });
    assertThat(FuzzedSealed.KINDS.stream().map(ObjectKind::number)).hasSameElementsAs(sealed);
  }

  /** The numbers in the table, without those that are reserved. */
  private static Set<Integer> kinds() throws IOException {
    Set<Integer> kinds = new TreeSet<>();
    String page = Files.readString(Path.of("../docs/format.md"));
    String section = page.substring(page.indexOf("\n## 2."), page.indexOf("\n## 3."));
    for (String line : section.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (row.matches() && !row.group(2).startsWith("*reserved*")) {
        Matcher number = NUMBER.matcher(row.group(1));
        while (number.find()) {
          if (!number.group(2).contains("*reserved*")) {
            kinds.add(Integer.parseInt(number.group(1)));
          }
        }
      }
    }
    assertThat(kinds).isNotEmpty();
    return kinds;
  }
}
