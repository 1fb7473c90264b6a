package io.salvor.cli.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checkout as tests of the documents see it. */
public final class Documents {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)]*)?\\)");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z.]+)` \\|");
  private static final Pattern TEST =
      Pattern.compile("\\b([A-Z][A-Za-z0-9]*(?:Test|Contract))\\b(?:\\.([a-z]\\w*))?");

  /** A test as a document names it; {@code method} is empty if only the class is named. */
  public record NamedTest(String type, String method) {}

  private Documents() {}

  /** The top of the checkout. */
  public static Path top() {
    Path here = Path.of("").toAbsolutePath();
    while (here != null && !Files.exists(here.resolve("ARCHITECTURE.md"))) {
      here = here.getParent();
    }
    if (here == null) {
      throw new IllegalStateException("not in a checkout");
    }
    return here;
  }

  /** A page's text. */
  public static String text(Path page) {
    try {
      return Files.readString(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every page in Markdown. */
  public static List<Path> pages() {
    return sourceFiles(name -> name.endsWith(".md"));
  }

  /** Files of the checkout, whatever the build has made left out. */
  public static List<Path> sourceFiles(Predicate<String> name) {
    try (Stream<Path> all = Files.walk(top())) {
      return all.filter(p -> name.test(p.getFileName().toString()))
          .filter(p -> isSource(top().relativize(p)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isSource(Path path) {
    for (int i = 0; i < path.getNameCount(); i++) {
      String part = path.getName(i).toString();
      boolean built = part.equals("target") && !inSources(path, i);
      if (built || part.startsWith(".")) {
        return false;
      }
    }
    return true;
  }

  /** A package may be called {@code target}. */
  private static boolean inSources(Path path, int end) {
    for (int i = 0; i < end; i++) {
      if (path.getName(i).toString().equals("src")) {
        return true;
      }
    }
    return false;
  }

  /** Every package of the product and the testkit that holds a type. */
  public static TreeSet<String> packages() {
    TreeSet<String> packages = new TreeSet<>();
    for (Path file : sourceFiles(n -> n.endsWith(".java") && !n.equals("package-info.java"))) {
      String path = top().relativize(file.getParent()).toString();
      int at = path.indexOf("src/main/java/io/salvor/");
      if (at >= 0) {
        packages.add(path.substring(at + "src/main/java/io/salvor/".length()).replace('/', '.'));
      }
    }
    return packages;
  }

  /** The packages that a table names in its first column. */
  public static List<String> rows(String page) {
    return ROW.matcher(page).results().map(m -> m.group(1)).toList();
  }

  /** What a page links to beside the web, as it stands there. */
  public static List<String> links(String page) {
    return LINK.matcher(page)
        .results()
        .map(m -> m.group(1))
        .filter(l -> !l.contains("://") && !l.startsWith("mailto:"))
        .toList();
  }

  /** The tests that a page names. */
  public static List<NamedTest> tests(String page) {
    return TEST.matcher(page)
        .results()
        .map(m -> new NamedTest(m.group(1), m.group(2) == null ? "" : m.group(2)))
        .distinct()
        .toList();
  }
}
