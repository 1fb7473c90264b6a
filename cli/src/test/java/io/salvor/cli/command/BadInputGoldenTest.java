package io.salvor.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.command.CommandLineHarness.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The three lines of every wrong input. The texts are in the golden file; {@code
 * -Dsalvor.golden.update=true} writes it anew, to be looked at before it is committed.
 */
class BadInputGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/bad-input.txt");

  @TempDir private Path top;
  private CommandLineHarness salvor;
  private final List<String> told = new ArrayList<>();

  @Test
  void everyWrongInputIsToldInThreeLines() throws IOException {
    salvor = new CommandLineHarness(top);
    Path source = Files.createDirectories(top.resolve("data"));
    Files.writeString(source.resolve("file"), "content\n");
    tell("no repository", 10, "list");
    salvor.json("init");
    tell("a repository that is there already", 1, "init");
    tell("no backup", 1, "ls", "latest");
    String first = salvor.json("backup", source.toString()).get("id").asString();
    salvor.json("backup", source.toString());

    tell("no such path", 1, "backup", top.resolve("nowhere").toString());
    tell("no source", 2, "backup");
    tell("an unknown kind of source", 2, "backup", "oracle://db/shop");
    tell("an unknown kind of storage", 2, "list", "--repo", "s3://bucket/prefix");
    tell("no repository is named", 2, () -> salvor.environment.remove("SALVOR_REPO"), "list");
    salvor.environment.put("SALVOR_REPO", salvor.repository().toString());
    tell("wrong passphrase", 12, () -> salvor.environment.put("SALVOR_PASSWORD", "no"), "list");
    tell("no passphrase", 2, () -> salvor.environment.remove("SALVOR_PASSWORD"), "list");
    tell("no passphrase file", 2, "list", "--password-file", top.resolve("none").toString());
    salvor.environment.put("SALVOR_PASSWORD", CommandLineHarness.PASSWORD);
    tell("an unknown key service", 2, "list", "--kms", "arn:aws:kms:eu-west-1:1:key/2");
    tell("a key that no credential is behind", 12, "list", "--kms", "kms:file:/no/such/key");
    tell("no new passphrase", 2, "key", "add");
    tell("two kinds of credential", 2, "key", "add", "--new-kms=k", "--new-password-file=f");
    tell("an unknown credential", 1, "key", "remove", "zzz");
    tell("no credential", 2, "key", "remove");
    tell("an unknown deed with keys", 2, "key", "turn");
    tell("unknown id", 1, "show", "20991231");
    tell("ambiguous prefix", 1, "show", first.substring(0, 8));
    tell("unknown entry", 1, "cat", first, "no/such/file");
    tell("a directory is no file", 1, "cat", first, "");
    tell("a path that is none", 2, "ls", first, "bad\\escape");
    tell("bad pattern", 2, "find", "[a-");
    tell("bad pattern of a backup", 2, "backup", source.toString(), "--exclude", "x\\");
    tell("bad regular expression", 2, "find", "*", "--content", "(");
    tell("bad date", 2, "list", "--since", "yesterday");
    tell("a date without an offset", 2, "list", "--since", "2026-01-30T15:00:00");
    tell("bad zone", 2, "list", "--timezone", "Mars/Olympus");
    tell("bad share", 2, "verify", "--sample", "200%");
    tell("bad depth", 2, "verify", "--depth", "deep");
    tell("bad tag", 2, "list", "--tag", "team");
    tell("bad kind of progress", 2, "list", "--progress", "loud");
    tell("unknown command", 2, "bakcup");
    tell("unknown option", 2, "backup", "/x", "--exlude=y");
    tell("one word too many", 2, "show", "a", "b");
    tell("an option without its value", 2, "list", "--source");
    tell("options only", 2, "--timezone=UTC");
    tell("restore without a target", 2, "restore", "latest");
    tell(
        "restore into the repository",
        1,
        "restore",
        "latest",
        "--to",
        salvor.repository().resolve("x").toString());
    tell("restore to a database", 2, "restore", "latest", "--to", "oracle://db/shop");
    tell("restore onto a file", 1, "restore", "latest", "--to", source.resolve("file").toString());
    tell(
        "merge files",
        2,
        "restore",
        "latest",
        "--to",
        top.resolve("t").toString(),
        "--on-conflict",
        "merge");
    tell("a plan that is none", 1, "restore", "--plan", source.resolve("file").toString());
    tell("unknown restore", 1, "rollback", "2026");
    tell("an option before the command that is none", 2, "--reop", "/srv/backups", "list");
    Path salvorObject = salvor.repository().resolve("salvor");
    String description = Files.readString(salvorObject);
    Files.writeString(salvorObject, description.replaceFirst("format 1", "format 9"));
    tell("a damaged description", 4, "list");
    Files.writeString(salvorObject, "salvor repository\nformat 9\nwhat comes is unknown\n");
    tell("a newer format", 1, "list");
    Files.delete(salvorObject);
    tell("the description is gone", 4, "list");
    Files.writeString(salvorObject, description);
    try (Stream<Path> keys = Files.list(salvor.repository().resolve("keys"))) {
      for (Path key : keys.toList()) {
        Files.delete(key);
      }
    }
    tell("the keys are gone", 4, "list");
    compare();
  }

  private void tell(String what, int exit, Runnable before, String... words) {
    before.run();
    tell(what, exit, words);
  }

  private void tell(String what, int exit, String... words) {
    Result plain = salvor.run(words);
    assertThat(plain.exit()).as("%s: %s", what, plain.err()).isEqualTo(exit);
    assertThat(plain.err().lines()).as(what).hasSize(3);
    assertThat(plain.out()).as(what).isEmpty();
    Result json = salvor.run(CommandLineHarness.withJson(words));
    Schemas.check("error", json.out());
    assertThat(json.exit()).as(what).isEqualTo(exit);
    assertThat(json.json().get("error").get("exit").asInt()).as(what).isEqualTo(exit);
    told.add("# " + what + " (" + exit + ")\n" + general(plain.err()));
  }

  /** The same text on every run: directories and ids replaced. */
  private String general(String text) {
    return text.replace(top.toString(), "<top>")
        .replaceAll("\\d{8}-\\d{6}-[0-9a-z]{5}", "<id>")
        .replaceAll("[0-9a-f]{32}", "<object>");
  }

  private void compare() throws IOException {
    String now = String.join("\n", told);
    if (Boolean.getBoolean("salvor.golden.update")) {
      Files.createDirectories(GOLDEN.getParent());
      Files.writeString(GOLDEN, now);
    }
    assertThat(now).isEqualTo(Files.readString(GOLDEN));
  }
}
