package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what GNU tar writes. */
class TarStreamTest {
  @TempDir Path temp;

  private byte[] archive() throws Exception {
    Path tree = Files.createDirectory(temp.resolve("tree"));
    Files.createDirectories(tree.resolve("base/1"));
    Files.write(tree.resolve("base/1/2600"), new byte[8192]);
    Files.writeString(tree.resolve("PG_VERSION"), "15\n");
    Files.createFile(tree.resolve("empty"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("/far/away"));
    Path tar = temp.resolve("tree.tar");
    Process process =
        new ProcessBuilder(
                "tar",
                "--format=ustar",
                "--sort=name",
                "-cf",
                tar.toString(),
                "-C",
                tree.toString(),
                "PG_VERSION",
                "base",
                "empty",
                "link")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    return Files.readAllBytes(tar);
  }

  private static final class Seen implements TarStream.Visitor {
    final List<TarStream.Member> members = new ArrayList<>();
    final Map<String, byte[]> contents = new TreeMap<>();
    private ByteArrayOutputStream content = new ByteArrayOutputStream();

    @Override
    public void member(TarStream.Member member) {
      members.add(member);
      content = new ByteArrayOutputStream();
    }

    @Override
    public void bytes(byte[] bytes, int offset, int length) {
      content.write(bytes, offset, length);
    }

    @Override
    public void end() {
      contents.put(members.getLast().name(), content.toByteArray());
    }
  }

  private static Seen taken(byte[] archive, int piece) throws IOException {
    Seen seen = new Seen();
    TarStream stream = new TarStream(seen);
    for (int at = 0; at < archive.length; at += piece) {
      stream.take(archive, at, Math.min(piece, archive.length - at));
    }
    stream.end();
    return seen;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 511, 512, 513, 100_000})
  void takesAnArchiveApartHoweverItComes(int piece) throws Exception {
    Seen seen = taken(archive(), piece);
    assertThat(seen.members)
        .extracting(TarStream.Member::name)
        .containsExactly("PG_VERSION", "base/", "base/1/", "base/1/2600", "empty", "link");
    assertThat(seen.contents.get("PG_VERSION")).asString().isEqualTo("15\n");
    assertThat(seen.contents.get("base/1/2600")).hasSize(8192);
    assertThat(seen.contents.get("empty")).isEmpty();
    assertThat(seen.members.getLast().target()).isEqualTo("/far/away");
  }

  @Test
  void refusesWhatIsCutOffOrNoArchive() throws Exception {
    byte[] archive = archive();
    byte[] cut = java.util.Arrays.copyOf(archive, 700);
    assertThatThrownBy(() -> taken(cut, 100)).isInstanceOf(ProtocolException.class);
    archive[3] ^= 1;
    assertThatThrownBy(() -> taken(archive, 100))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("checksum");
    byte[] noise = "no archive at all".repeat(100).getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> taken(noise, 100)).isInstanceOf(ProtocolException.class);
  }
}
