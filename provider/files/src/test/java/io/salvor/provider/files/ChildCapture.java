package io.salvor.provider.files;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Captures in a process of its own, as another user or with little memory, and keeps nothing. */
final class ChildCapture {
  private ChildCapture() {}

  /** Lines: {@code put KEY}, {@code fail KEY CODE}, {@code error CODE}, {@code end COUNT}. */
  public static void main(String[] arguments) throws Exception {
    boolean quiet = arguments[0].equals("quiet");
    try (Source source = new FilesProvider().open(List.of(arguments[1]), CaptureOptions.ALL)) {
      Counting counting = new Counting(quiet);
      source.capture(counting);
      System.out.println("end " + counting.entries);
    } catch (SalvorException e) {
      System.out.println("error " + e.code());
    }
  }

  /** Runs it and gives its lines. */
  static List<String> run(Path scratch, List<String> prefix, List<String> jvm, String... arguments)
      throws Exception {
    String classes = readableClasses(scratch);
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvm);
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classes,
            ChildCapture.class.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).directory(scratch.toFile()).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("the child failed: " + out);
    }
    return out.lines().toList();
  }

  /** Copies of the class path where everybody may read it; the original may lie elsewhere. */
  private static String readableClasses(Path scratch) throws Exception {
    Path target = Files.createDirectories(scratch.resolve("classes"));
    List<String> copies = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path from = Path.of(entry);
      Path to = target.resolve(copies.size() + "-" + from.getFileName());
      if (!entry.isEmpty() && Files.exists(from)) {
        copy(from, to);
        copies.add(to.toString());
      }
    }
    for (Path path = scratch; path.getNameCount() > 1; path = path.getParent()) {
      path.toFile().setExecutable(true, false);
      path.toFile().setReadable(true, false);
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(Files.isDirectory(from) ? copy.getParent() : to.getParent());
        Files.copy(file, Files.isDirectory(from) ? copy : to, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static final class Counting implements Capture {
    private final boolean quiet;
    private long entries;

    Counting(boolean quiet) {
      this.quiet = quiet;
    }

    @Override
    public @Nullable Entry previous(Key key) {
      return null;
    }

    @Override
    public void put(Key key, Entry entry) {
      entries++;
      if (!quiet) {
        System.out.println("put " + key);
      }
    }

    @Override
    public void fail(Key key, ErrorCode code, String message) {
      System.out.println("fail " + key + " " + code + " " + message);
    }

    @Override
    public Progress progress() {
      return Progress.NONE;
    }

    @Override
    public ContentSink sensitive() {
      return content();
    }

    @Override
    public ContentSink content() {
      return new ContentSink() {
        private long size;

        @Override
        public void write(byte[] bytes, int offset, int length) {
          size += length;
        }

        @Override
        public void hole(long length) {
          size += length;
        }

        @Override
        public void blocks(int bytes) {}

        @Override
        public ContentRef finish() {
          return new ContentRef.Inline(List.of(new Extent.Hole(size)));
        }
      };
    }
  }
}
