package io.salvor.engine.source;

import java.util.List;

/**
 * What a capture was told to take of its source, as it stands in manifests: whatever these leave
 * out is missing in the backup without having been missing in the source.
 *
 * @param include patterns as .gitignore has them; empty for everything
 * @param exclude patterns as .gitignore has them
 * @param sensitive patterns of what has sensitive content
 */
public record Patterns(List<String> include, List<String> exclude, List<String> sensitive) {
  /** Everything, and nothing of it sensitive. */
  public static final Patterns NONE = new Patterns(List.of(), List.of());

  public Patterns {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
    sensitive = List.copyOf(sensitive);
  }

  /** With nothing sensitive. */
  public Patterns(List<String> include, List<String> exclude) {
    this(include, exclude, List.of());
  }

  /** Whether there is none. */
  public boolean isEmpty() {
    return include.isEmpty() && exclude.isEmpty() && sensitive.isEmpty();
  }
}
