package io.salvor.provider.postgresql.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowChangesTest {
  private static final Set<RowChange.Kind> ALL = EnumSet.allOf(RowChange.Kind.class);

  private static SortedRows rows(Map<String, String> values, int most, Random random)
      throws IOException {
    SortedRows sorted = new SortedRows(new int[] {1}, most);
    List<String> order = new ArrayList<>(values.keySet());
    java.util.Collections.shuffle(order, random);
    for (String key : order) {
      byte[] row = bytes(values.get(key) + "\t" + key + "\t\\N");
      sorted.add(row, 0, row.length);
    }
    return sorted;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> some(Random random, int size) {
    Map<String, String> values = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      values.put(String.valueOf(random.nextInt(2 * size + 1)), "v" + random.nextInt(3));
    }
    return values;
  }

  @Property(tries = 60)
  void whatIsAppliedMakesOneLikeTheOtherAndBack(
      @ForAll long seed, @ForAll @IntRange(max = 200) int size, @ForAll boolean small)
      throws IOException {
    Random random = new Random(seed);
    Map<String, String> live = some(random, size);
    Map<String, String> wanted = some(random, size);
    int most = small ? 64 : 1 << 20;
    List<RowChange> found = new ArrayList<>();
    try (SortedRows left = rows(live, most, random);
        SortedRows right = rows(wanted, most, random);
        RowChanges changes = RowChanges.between(left, right, 3, ALL)) {
      changes.each(found::add);
      assertThat((long) found.size())
          .isEqualTo(
              changes.count(RowChange.Kind.ADDED)
                  + changes.count(RowChange.Kind.CHANGED)
                  + changes.count(RowChange.Kind.DELETED));
    }
    Map<String, String> now = new TreeMap<>(live);
    found.forEach(change -> apply(change, now));
    assertThat(now).isEqualTo(wanted);
    found.reversed().forEach(change -> apply(change.reversed(), now));
    assertThat(now).isEqualTo(live);
  }

  private static void apply(RowChange change, Map<String, String> rows) {
    if (change.was() != null) {
      String[] was = new String(change.was(), StandardCharsets.UTF_8).split("\t", -1);
      assertThat(rows.remove(was[1])).isEqualTo(was[0]);
    }
    if (change.becomes() != null) {
      String[] becomes = new String(change.becomes(), StandardCharsets.UTF_8).split("\t", -1);
      assertThat(rows.put(becomes[1], becomes[0])).isNull();
    }
  }

  @Test
  void onlyTheKindsThatAreMeantAreThere() throws IOException {
    Random random = new Random(1);
    try (SortedRows left = rows(Map.of("1", "a", "2", "b"), 1 << 20, random);
        SortedRows right = rows(Map.of("2", "c", "3", "d"), 1 << 20, random);
        RowChanges changes = RowChanges.between(left, right, 3, Set.of(RowChange.Kind.ADDED))) {
      assertThat(changes.samples()).hasSize(1);
      assertThat(changes.samples().getFirst().becomes()).isEqualTo(bytes("d\t3\t\\N"));
    }
  }

  @Test
  void aKeyThatTwoRowsHaveIsNone() throws IOException {
    byte[] row = bytes("a\t7\t\\N");
    try (SortedRows left = new SortedRows(new int[] {1});
        SortedRows right = new SortedRows(new int[] {1})) {
      right.add(row, 0, row.length);
      right.add(row, 0, row.length);

      assertThatThrownBy(() -> RowChanges.between(left, right, 3, ALL))
          .isInstanceOf(RowChanges.NotUnique.class)
          .hasMessage("7");
    }
  }

  @Test
  void linesComeInAnyPieces() throws IOException {
    List<String> seen = new ArrayList<>();
    Lines lines = new Lines((bytes, from, to) -> seen.add(new String(bytes, from, to - from)));
    lines.add(bytes("ab"), 2);
    lines.add(bytes("c\n\nd"), 4);
    assertThatThrownBy(lines::end).isInstanceOf(IOException.class);
    lines.add(bytes("\n"), 1);
    lines.end();

    assertThat(seen).containsExactly("abc", "", "d");
  }
}
