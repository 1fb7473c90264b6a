package io.salvor.engine.source;

import java.nio.file.Path;
import java.util.List;

/**
 * What to capture of a source.
 *
 * @param include patterns as .gitignore has them; empty for everything
 * @param exclude patterns as .gitignore has them
 * @param oneFileSystem whether to stay on the file system of each path
 * @param optional those of the includes that need not match anything
 * @param sensitive patterns of files whose content is sealed under a key of its own
 * @param avoid directories that are left out with a warning, for the repository lies in them
 */
public record CaptureOptions(
    List<String> include,
    List<String> exclude,
    List<String> optional,
    List<String> sensitive,
    boolean oneFileSystem,
    List<Path> avoid) {
  /** Everything. */
  public static final CaptureOptions ALL =
      new CaptureOptions(List.of(), List.of(), false, List.of());

  public CaptureOptions {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    optional = List.copyOf(optional);
    sensitive = List.copyOf(sensitive);
    avoid = List.copyOf(avoid);
  }

  /** With includes that each are expected to match something. */
  public CaptureOptions(
      List<String> include, List<String> exclude, boolean oneFileSystem, List<Path> avoid) {
    this(include, exclude, List.of(), List.of(), oneFileSystem, avoid);
  }
}
