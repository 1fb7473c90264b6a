package io.salvor.provider.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** What the tests of the capture have in common: a directory, and captures of it. */
abstract class FilesTest {
  @TempDir Path directory;

  final Posix posix = Posix.system();

  Path root() throws IOException {
    return Files.createDirectories(directory.resolve("source"));
  }

  Path write(String path, String text) throws IOException {
    Path file = root().resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  MemoryCapture capture() throws Exception {
    return capture(new MemoryCapture(), CaptureOptions.ALL);
  }

  MemoryCapture captureAfter(MemoryCapture before) throws Exception {
    return capture(new MemoryCapture(before), CaptureOptions.ALL);
  }

  MemoryCapture captureExcept(String... exclude) throws Exception {
    return capture(
        new MemoryCapture(),
        new CaptureOptions(List.of(), Arrays.asList(exclude), false, List.of()));
  }

  MemoryCapture captureOnly(String... include) throws Exception {
    return capture(
        new MemoryCapture(),
        new CaptureOptions(Arrays.asList(include), List.of(), false, List.of()));
  }

  MemoryCapture capture(MemoryCapture capture, CaptureOptions options) throws Exception {
    return capture(capture, options, root().toString());
  }

  MemoryCapture capture(MemoryCapture capture, CaptureOptions options, String... paths)
      throws Exception {
    try (Source source = new FilesProvider().open(Arrays.asList(paths), options)) {
      source.capture(capture);
    }
    return capture;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static void writeRaw(Dir dir, byte[] name, String text) throws PosixException {
    try (FileHandle file = dir.createFile(name, 0644)) {
      byte[] content = RawNames.of(text);
      file.pwrite(0, content, 0, content.length);
    }
  }
}
