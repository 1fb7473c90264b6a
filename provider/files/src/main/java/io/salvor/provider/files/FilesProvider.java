package io.salvor.provider.files;

import io.salvor.engine.pattern.Selection;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Directories and files by their paths.
 *
 * <p>Keys: of one directory, relative to it, its own entry at the root key. Of one file, its name
 * alone: the backup has no entry at the root, for the directory that it lies in is no part of it.
 * Of several paths, relative to {@code /}; the directories that lead to them are entries with their
 * metadata, which keep their times from backup to backup as long as nothing else of theirs changes.
 * A path that lies in another one given is part of that one.
 */
public final class FilesProvider implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "files";

  private final Posix posix;
  private final byte[] directory;
  private final int threads;

  /** The system's files, relative paths from the process's working directory. */
  public FilesProvider() {
    this(Posix.system(), Path.of(""), Runtime.getRuntime().availableProcessors());
  }

  FilesProvider(Posix posix, Path directory, int threads) {
    this.posix = posix;
    this.directory = directory.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
    this.threads = threads;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean handles(String address) {
    return Address.isPath(address);
  }

  @Override
  public String address(List<String> addresses) {
    return text(withoutCovered(parse(addresses)));
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    List<SourcePath> given = parse(addresses);
    List<SourcePath> paths = withoutCovered(given);
    Selection selection = Selection.of(options.include(), options.exclude());
    Sensitivity _ = new Sensitivity(options.sensitive());
    for (SourcePath path : given) {
      if (!paths.contains(path)) {
        // Covered by another one, yet a missing one is a mistake to tell of.
        Named.open(posix, path).close();
      }
    }
    return FilesSource.open(posix, text(paths), paths, selection, options, threads);
  }

  private List<SourcePath> parse(List<String> addresses) {
    return addresses.stream()
        .map(address -> Address.parse(posix, directory, address))
        .sorted()
        .distinct()
        .toList();
  }

  private static List<SourcePath> withoutCovered(List<SourcePath> sorted) {
    List<SourcePath> paths = new ArrayList<>();
    for (SourcePath path : sorted) {
      // What a path covers follows it at once.
      if (paths.isEmpty() || !paths.getLast().key().covers(path.key())) {
        paths.add(path);
      }
    }
    return paths;
  }

  private static String text(List<SourcePath> paths) {
    return String.join(" ", paths.stream().map(SourcePath::text).toList());
  }
}
