package io.salvor.engine.source;

import java.nio.file.Path;
import java.util.List;

/**
 * What to capture of a source.
 *
 * @param include patterns as .gitignore has them; empty for everything
 * @param exclude patterns as .gitignore has them
 * @param oneFileSystem whether to stay on the file system of each path
 * @param avoid directories that are left out with a warning, for the repository lies in them
 */
public record CaptureOptions(
    List<String> include, List<String> exclude, boolean oneFileSystem, List<Path> avoid) {
  /** Everything. */
  public static final CaptureOptions ALL =
      new CaptureOptions(List.of(), List.of(), false, List.of());

  public CaptureOptions {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    avoid = List.copyOf(avoid);
  }
}
