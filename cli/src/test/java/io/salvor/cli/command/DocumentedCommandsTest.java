package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.architecture.Documents;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every command line that stands in a document's code block can be typed as it stands. */
class DocumentedCommandsTest {
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```[a-z]*\\n(.*?)^```");
  private static final Pattern LINE =
      Pattern.compile("(?:[A-Z_]+=\\S+ +)*(?:sudo +)?(?:\\./|bin/)?salvor(?: +(.*))?");

  @Test
  void everyOneNamesACommandAndOptionsThatAreThere() {
    List<String> wrong = new ArrayList<>();
    int seen = 0;
    for (Path page : Documents.pages()) {
      if (page.getFileName().toString().startsWith("format")) {
        continue; // Its blocks show objects and bytes.
      }
      for (String line : commandLines(Documents.text(page))) {
        seen++;
        complaint(line)
            .ifPresent(why -> wrong.add(page.getFileName() + ": salvor " + line + ": " + why));
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(seen).isPositive();
  }

  @Test
  void whatIsWrongIsSeen() {
    String page =
        "text\n```\n$ salvor verify\nsalvor 0.1\n```\n```sh\nA=b ./salvor list # all\n```\n";
    assertThat(commandLines(page)).containsExactly("verify", "list");
    assertThat(complaint("verify latest --depth full")).isEmpty();
    assertThat(complaint("help verify")).isEmpty();
    assertThat(complaint("verfy")).isPresent();
    assertThat(complaint("help verfy")).isPresent();
    assertThat(complaint("verify --depht=full")).isPresent();
    assertThat(complaint("backup --stdin-from -- tar --anything")).isEmpty();
  }

  /** What follows {@code salvor}; where a block shows prompts, only what follows them. */
  private static List<String> commandLines(String page) {
    List<String> found = new ArrayList<>();
    BLOCK
        .matcher(page)
        .results()
        .map(block -> block.group(1).lines().toList())
        .forEach(
            lines -> {
              boolean prompts = lines.stream().anyMatch(l -> l.startsWith("$ "));
              lines.stream()
                  .filter(l -> !prompts || l.startsWith("$ "))
                  .map(l -> l.replaceFirst("^\\$ ", ""))
                  .map(l -> l.replaceFirst("\\s+#.*|\\s*[|>;].*|\\s+&.*", ""))
                  .map(LINE::matcher)
                  .filter(m -> m.matches())
                  .map(m -> m.group(1) == null ? "" : m.group(1).strip())
                  .forEach(found::add);
            });
    return found;
  }

  private static Optional<String> complaint(String line) {
    List<String> words = List.of(line.split("\\s+"));
    String name = words.getFirst();
    if (name.isEmpty() || name.equals("--version")) {
      return Optional.empty();
    }
    if (name.equals("help")) {
      return words.size() < 2 || Commands.find(words.get(1)).isPresent()
          ? Optional.empty()
          : Optional.of("no such command");
    }
    Optional<Commands.Listed> listed = Commands.find(name);
    if (listed.isEmpty()) {
      return Optional.of("no such command");
    }
    var known =
        Syntax.of(listed.get(), listed.get().maker().get(), new GlobalOptions())
            .parser()
            .getCommandSpec()
            .optionsMap();
    return words.stream()
        .takeWhile(w -> !w.equals("--"))
        .filter(w -> w.startsWith("--") && !known.containsKey(w.replaceFirst("=.*", "")))
        .findFirst()
        .map(w -> "no option " + w);
  }
}
