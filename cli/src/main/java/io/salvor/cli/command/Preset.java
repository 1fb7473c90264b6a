package io.salvor.cli.command;

import java.util.List;
import java.util.Locale;

/** Patterns for kinds of content, as docs/presets.md explains them. */
enum Preset {
  MEDIA(
      List.of(),
      List.of(
          ".thumbnails/",
          "@eaDir/",
          ".Trash-*/",
          "Thumbs.db",
          "desktop.ini",
          ".DS_Store",
          "*.part",
          "*.crdownload",
          "*.tmp")),
  STATIC(
      List.of(),
      List.of(".cache/", ".sass-cache/", ".parcel-cache/", ".DS_Store", "*.tmp", "*~", "*.swp")),
  CODE(
      List.of(),
      List.of(
          "node_modules/",
          "bower_components/",
          ".venv/",
          "venv/",
          "__pycache__/",
          "*.py[co]",
          ".tox/",
          ".mypy_cache/",
          ".pytest_cache/",
          ".gradle/",
          "target/",
          "build/",
          "out/",
          "dist/",
          ".next/",
          ".nuxt/",
          ".cache/",
          ".terraform/",
          "*.class",
          "*.o",
          "*.obj",
          "*.log",
          "*.swp",
          "*~",
          ".DS_Store")),
  DEPENDENCIES(
      List.of(
          "node_modules/",
          "bower_components/",
          "vendor/",
          ".venv/",
          "venv/",
          ".m2/repository/",
          ".gradle/caches/",
          ".cargo/registry/",
          "package.json",
          "package-lock.json",
          "yarn.lock",
          "pnpm-lock.yaml",
          "requirements*.txt",
          "Pipfile",
          "Pipfile.lock",
          "pyproject.toml",
          "poetry.lock",
          "Gemfile",
          "Gemfile.lock",
          "go.mod",
          "go.sum",
          "Cargo.toml",
          "Cargo.lock",
          "composer.json",
          "composer.lock",
          "pom.xml",
          "build.gradle",
          "build.gradle.kts",
          "gradle.lockfile"),
      List.of(".cache/", "__pycache__/", "*.log", "*.tmp")),
  LOGS(
      List.of(
          "*.log",
          "*.log.*",
          "*.log-*",
          "*.out",
          "*.err",
          "syslog*",
          "messages*",
          "log/",
          "logs/",
          "journal/"),
      List.of("*.pid", "*.sock", "*.lock", "*.swp")),
  CONFIGURATION(
      List.of(),
      List.of("*.log", "*.pid", "*.sock", "*.tmp", "*.swp", "*~", ".#*", ".cache/", ".DS_Store"));

  private final List<String> include;
  private final List<String> exclude;

  Preset(List<String> include, List<String> exclude) {
    this.include = include;
    this.exclude = exclude;
  }

  static Preset of(String word) {
    return Words.choose("--preset", word, values(), Preset::word);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  List<String> include() {
    return include;
  }

  List<String> exclude() {
    return exclude;
  }
}
