package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What paths become. */
class SourcesTest extends FilesTest {
  private final FilesProvider provider = new FilesProvider();

  @Test
  void addressesOfOtherProvidersAreNotHandled() {
    assertThat(List.of("/a", "a/b", "./a:b", "file:/a", "a b", ".", "FILE:/a"))
        .allMatch(provider::handles);
    assertThat(List.of("-", "", "s3://x", "postgresql+cluster://x", "command:x", "env:", "a:b"))
        .noneMatch(provider::handles);
  }

  @Test
  void anAddressHasOneNormalForm() throws Exception {
    FilesProvider here = new FilesProvider(posix, Path.of("/some/where"), 1);
    assertThat(here.address(List.of("x/./y//z/"))).isEqualTo("/some/where/x/y/z");
    assertThat(here.address(List.of("../x"))).isEqualTo("/some/x");
    assertThat(here.address(List.of("/../.."))).isEqualTo("/");
    assertThat(here.address(List.of("."))).isEqualTo("/some/where");
    assertThat(here.address(List.of("file:/a%20b"))).isEqualTo("/a b");
    assertThat(here.address(List.of("/b", "/a", "/b/c", "/b"))).isEqualTo("/a /b");
    assertThat(here.address(List.of("/a\\b"))).isEqualTo("/a\\\\b");
    assertThat(here.address(List.of("/\\xff"))).isEqualTo("/\\xff");
  }

  @Test
  void aNameThatIsNotUtf8CanBeNamed() throws Exception {
    byte[] name = {(byte) 0xff, 'x'};
    try (Dir dir = posix.openRoot(root())) {
      dir.mkdir(name, 0755);
      try (Dir inner = dir.openDir(name)) {
        writeRaw(inner, bytes("in it"), "here");
      }
    }
    MemoryCapture capture = capture(new MemoryCapture(), CaptureOptions.ALL, root() + "/\\xffx");
    assertThat(capture.text("in it")).isEqualTo("here");
  }

  @Test
  void aSingleFileIsOneEntryWithoutARoot() throws Exception {
    Path file = write("a/file", "content");
    write("a/other", "not asked for");
    MemoryCapture capture = capture(new MemoryCapture(), CaptureOptions.ALL, file.toString());
    assertThat(capture.keys()).containsExactly("file");
    assertThat(capture.text("file")).isEqualTo("content");
    MemoryCapture again = capture(new MemoryCapture(capture), CaptureOptions.ALL, file.toString());
    assertThat(again.bytesRead.get()).isZero();
  }

  @Test
  void aNamedLinkIsFollowedToADirectoryOnly() throws Exception {
    write("d/x", "1");
    Path file = write("f", "2");
    Path toDirectory = Files.createSymbolicLink(directory.resolve("to d"), root().resolve("d"));
    Path toFile = Files.createSymbolicLink(directory.resolve("to f"), file);
    Path dangling = Files.createSymbolicLink(directory.resolve("to nowhere"), Path.of("nowhere"));
    assertThat(capture(new MemoryCapture(), CaptureOptions.ALL, toDirectory.toString()).keys())
        .containsExactly("", "x");
    assertThat(
            capture(new MemoryCapture(), CaptureOptions.ALL, toFile.toString())
                .entry("to f")
                .kind())
        .isEqualTo(EntryKind.SYMLINK);
    assertThat(
            capture(new MemoryCapture(), CaptureOptions.ALL, dangling.toString())
                .entry("to nowhere")
                .kind())
        .isEqualTo(EntryKind.SYMLINK);
  }

  @Test
  void severalPathsAreKeptUnderTheirOwnPathsWithTheirParents() throws Exception {
    write("one/a/x", "1");
    write("one/b/y", "2");
    write("one/c/z", "not asked for");
    write("one/a!/f", "3");
    String base = root().toString().substring(1);
    MemoryCapture capture = several(new MemoryCapture(), CaptureOptions.ALL);
    assertThat(capture.keys())
        .startsWith("", base.substring(0, base.indexOf('/')))
        .endsWith(
            base + "/one",
            base + "/one/a",
            base + "/one/a/x",
            base + "/one/a!",
            base + "/one/a!/f",
            base + "/one/b",
            base + "/one/b/y");
    assertThat(capture.entries).hasSize(Key.of(base.split("/")).depth() + 8);
    assertThat(capture.text(base + "/one/b/y")).isEqualTo("2");
  }

  @Test
  void patternsOfSeveralPathsAreAnchoredToTheTopAndLeaveAloneWhatIsNamed() throws Exception {
    write("one/a/x", "1");
    write("one/a/a", "2");
    write("one/b/y", "3");
    write("one/a!/f", "4");
    String base = root().toString();
    MemoryCapture capture =
        several(
            new MemoryCapture(),
            new CaptureOptions(List.of(), List.of("a", base + "/one/b/y"), false, List.of()));
    assertThat(capture.keys())
        .contains(base.substring(1) + "/one/a/x")
        .doesNotContain(base.substring(1) + "/one/a/a", base.substring(1) + "/one/b/y");
    MemoryCapture included =
        several(
            new MemoryCapture(),
            new CaptureOptions(List.of(base + "/one/a/x"), List.of(), false, List.of()));
    assertThat(included.keys())
        .contains(base.substring(1) + "/one/a/x")
        .doesNotContain(base.substring(1) + "/one/a/a", base.substring(1) + "/one/b/y");
  }

  @Test
  void whatOthersDoBesideTheSourceIsNoChangeOfIt() throws Exception {
    write("one/a/x", "1");
    write("one/b/y", "2");
    write("one/a!/f", "3");
    MemoryCapture first = several(new MemoryCapture(), CaptureOptions.ALL);
    Files.setLastModifiedTime(root().resolve("one"), FileTime.fromMillis(12345));
    MemoryCapture second = several(new MemoryCapture(first), CaptureOptions.ALL);
    assertThat(second.entries).isEqualTo(first.entries);
    assertThat(second.bytesRead.get()).isZero();
  }

  private MemoryCapture several(MemoryCapture capture, CaptureOptions options) throws Exception {
    String one = root().toString() + "/one/";
    return capture(capture, options, one + "b", one + "a", one + "a!/f");
  }

  @Test
  void aMissingSourceIsToldBeforeAnythingIsCaptured() throws Exception {
    write("a", "1");
    for (String missing : List.of("/b", "/a/below a file", "/b/c")) {
      assertThatThrownBy(
              () ->
                  capture(
                      new MemoryCapture(),
                      CaptureOptions.ALL,
                      root().toString() + "/a",
                      root().toString() + missing))
          .isInstanceOfSatisfying(
              SalvorException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_MISSING);
                assertThat(e).hasMessageContaining(missing);
              });
    }
  }

  @Test
  void theSourceTellsItsAddressAndRawPaths() throws Exception {
    write("a", "1");
    try (Source source = provider.open(List.of("file:" + root()), CaptureOptions.ALL)) {
      assertThat(source.provider()).isEqualTo("files");
      assertThat(source.address()).isEqualTo(root().toString());
      assertThat(source.paths()).containsExactly(bytes(root().toString()));
      assertThat(provider.address(List.of(root().toString()))).isEqualTo(source.address());
    }
  }
}
