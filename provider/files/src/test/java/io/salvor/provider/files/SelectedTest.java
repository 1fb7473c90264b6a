package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is taken and what is left out. */
class SelectedTest extends FilesTest {

  private void tree() throws Exception {
    write("a/x.c", "1");
    write("a/x.o", "2");
    write("a/deep/y.c", "3");
    write("b/x.o", "4");
    write("c/gen/z.c", "5");
    write("top.c", "6");
  }

  @Test
  void excludedThingsAndAllBelowAreLeftOut() throws Exception {
    tree();
    assertThat(captureExcept("*.o", "/a/deep").keys())
        .containsExactly("", "a", "a/x.c", "b", "c", "c/gen", "c/gen/z.c", "top.c");
  }

  @Test
  void onlyIncludedThingsAreTakenAndTheDirectoriesThatLeadThere() throws Exception {
    tree();
    MemoryCapture capture = captureOnly("*.c");
    assertThat(capture.keys())
        .containsExactly(
            "", "a", "a/deep", "a/deep/y.c", "a/x.c", "c", "c/gen", "c/gen/z.c", "top.c");
    assertThat(captureOnly("/a/deep/").keys()).containsExactly("", "a", "a/deep", "a/deep/y.c");
    assertThat(captureOnly("nothing").keys()).containsExactly("");
  }

  @Test
  void directoriesThatLeadToAnIncludeMeetTheirPredecessorsInOrder() throws Exception {
    tree();
    CaptureOptions options = new CaptureOptions(List.of("*.c"), List.of(), false, List.of());
    MemoryCapture first = capture(new MemoryCapture(), options);
    MemoryCapture second = capture(new MemoryCapture(first), options);
    assertThat(second.entries).isEqualTo(first.entries);
    assertThat(second.bytesRead.get()).isZero();
  }

  @Test
  void aBadPatternIsRefusedBeforeAnythingIsRead() throws Exception {
    tree();
    assertThatThrownBy(() -> captureExcept("[a"))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_PATTERN));
  }

  @Test
  void theRepositoryInsideTheSourceIsLeftOutWithAWarning() throws Exception {
    tree();
    Path repository = Files.createDirectories(root().resolve("b/repository"));
    Files.writeString(repository.resolve("salvor"), "x");
    Path link = Files.createSymbolicLink(directory.resolve("link"), repository);
    CaptureOptions options =
        new CaptureOptions(
            List.of(), List.of(), false, List.of(link, directory.resolve("not there")));
    MemoryCapture capture = new MemoryCapture();
    try (Source source = new FilesProvider().open(List.of(root().toString()), options)) {
      assertThat(source.warnings()).hasSize(1);
      assertThat(source.warnings().getFirst().code()).isEqualTo("left-out");
      assertThat(source.warnings().getFirst().message()).contains("link");
      source.capture(capture);
    }
    assertThat(capture.keys()).contains("b", "b/x.o").doesNotContain("b/repository");
  }

  @Test
  void theRepositoryItselfIsNoSource() throws Exception {
    tree();
    CaptureOptions options = new CaptureOptions(List.of(), List.of(), false, List.of(root()));
    assertThatThrownBy(() -> capture(new MemoryCapture(), options))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNSUPPORTED));
  }

  @Test
  void onOneFileSystemAMountPointIsAnEmptyDirectory() throws Exception {
    tree();
    Path mount = Files.createDirectories(root().resolve("mount"));
    Assumptions.assumeTrue(
        run("mount", "-t", "tmpfs", "salvor-test", mount.toString()), "mounting needs root");
    try {
      Files.writeString(mount.resolve("inside"), "x");
      CaptureOptions one = new CaptureOptions(List.of(), List.of(), true, List.of());
      assertThat(capture(new MemoryCapture(), one).keys())
          .contains("mount", "top.c")
          .doesNotContain("mount/inside");
      assertThat(capture().keys()).contains("mount/inside");
    } finally {
      run("umount", mount.toString());
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
