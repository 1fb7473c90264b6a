package io.salvor.provider.mysql.logical;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RowTextTest {
  private static String text(byte[]... columns) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    RowText.append(columns, out);
    return out.toString(ISO_8859_1);
  }

  private static List<byte[][]> read(byte[] text, int columns, int piece) throws IOException {
    List<byte[][]> rows = new ArrayList<>();
    RowText.Reader reader = new RowText.Reader(columns, (row, length) -> rows.add(row.clone()));
    for (int from = 0; from < text.length; from += piece) {
      int size = Math.min(piece, text.length - from);
      reader.add(Arrays.copyOfRange(text, from, from + size), size);
    }
    reader.end();
    return rows;
  }

  @Test
  void aRowIsALineThatLoadDataUnderstands() {
    assertThat(text("a\tb".getBytes(ISO_8859_1), null, "\\N".getBytes(ISO_8859_1), new byte[0]))
        .isEqualTo("a\\tb\t\\N\t\\\\N\t\n");
    assertThat(text(new byte[] {0, '\n', '\r', -1})).isEqualTo("\\0\\n\r\u00ff\n");
  }

  @Property(tries = 300)
  void rowsComeBackHoweverTheyAreCut(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    int columns = 1 + random.nextInt(4);
    List<byte[][]> rows = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = random.nextInt(5); i >= 0; i--) {
      byte[][] row = new byte[columns][];
      for (int c = 0; c < columns; c++) {
        row[c] = random.nextInt(5) == 0 ? null : value(random);
      }
      rows.add(row);
      RowText.append(row, out);
    }
    List<byte[][]> back = read(out.toByteArray(), columns, 1 + random.nextInt(9));
    assertThat(Arrays.deepEquals(back.toArray(), rows.toArray())).isTrue();
  }

  private static byte[] value(Random random) {
    byte[] value = new byte[random.nextInt(12)];
    byte[] awkward = {'\\', 'N', '\t', '\n', 0, 't', 'n', '0', -1};
    for (int i = 0; i < value.length; i++) {
      value[i] = awkward[random.nextInt(awkward.length)];
    }
    return value;
  }

  @Test
  void whatIsNoRowIsRefused() {
    for (String bad : List.of("a\tb\tc\n", "a\n", "a\t\\x\n", "a\tb")) {
      assertThatThrownBy(() -> read(bad.getBytes(ISO_8859_1), 2, 3))
          .as(bad)
          .isInstanceOf(IOException.class);
    }
  }
}
