package io.salvor.cli.kills;

import io.salvor.cli.kills.Chronicle.Asker;
import io.salvor.cli.kills.CommandServer.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Commands of every kind, at random, of one machine and of a write-only client. */
final class MixedDeeds {
  private static final String CLIENT = "web1";

  private final Ground ground;
  private final Chronicle chronicle;
  private final Random random;
  private final Asker me;
  private final Asker observer;
  private boolean client;
  private boolean damaged;
  private int files;
  private String harm = "nothing";

  MixedDeeds(Ground ground, Chronicle chronicle, Random random, Asker me, Asker observer) {
    this.ground = ground;
    this.chronicle = chronicle;
    this.random = random;
    this.me = me;
    this.observer = observer;
  }

  /** Whether something was damaged on purpose and is not mended yet. */
  boolean isDamaged() {
    return damaged;
  }

  /** What was damaged last. */
  String harm() {
    return harm;
  }

  Deed next() throws IOException {
    int dice = random.nextInt(100);
    if (dice < 24) {
      return backup(random.nextInt(3));
    } else if (dice < 36) {
      return simple("prune", "prune", "--max-unused=" + (random.nextBoolean() ? 1 : 25) + "%");
    } else if (dice < 44) {
      return forget();
    } else if (dice < 49) {
      return simple("verify", "verify", "--depth=" + (random.nextBoolean() ? "full" : "structure"));
    } else if (dice < 58) {
      return simple("copy", "copy", "--to=" + ground.copy(), "--init");
    } else if (dice < 66) {
      return repair();
    } else if (dice < 70) {
      return simple("key rotate", "key", "rotate");
    } else if (dice < 74) {
      return simple("key rotate --reencrypt", "key", "rotate", "--reencrypt")
          .again(
              () ->
                  Optional.of(
                      simple("key rotate --resume", "key", "rotate", "--reencrypt", "--resume")));
    } else if (dice < 78) {
      return keyAddOrRemove();
    } else if (dice < 84) {
      return ofTheClient();
    } else if (dice < 92) {
      return restore();
    } else if (dice < 96) {
      return hold();
    }
    return simple(
        "export",
        "export",
        some(),
        "--to=" + ground.temp.resolve("export" + files++),
        "--format=tar");
  }

  private Deed simple(String verb, String... words) {
    return Deed.of(verb, ground.asked(me, words), answer -> {});
  }

  /** Backs a source up as it is now. */
  Deed backup(int source) throws IOException {
    ground.change(source, random);
    SortedMap<String, String> contents = new TreeMap<>(Trees.digest(ground.source(source)));
    return Deed.of(
        "backup",
        ground.asked(me, "backup", ground.source(source).toString()),
        answer -> chronicle.acknowledge(id(answer), contents));
  }

  private static String id(Answer answer) {
    return answer.json().get("id").asString();
  }

  private String some() {
    List<String> all = chronicle.readable();
    return all.get(random.nextInt(all.size()));
  }

  /** By name or by a rule. */
  private Deed forget() {
    List<String> words = new ArrayList<>(List.of("forget"));
    words.addAll(List.of("--keep-last=" + random.nextInt(2, 5)));
    Set<String> going = going(observer.good(dry(words)).json());
    if (random.nextBoolean() && !going.isEmpty()) {
      String one = going.stream().skip(random.nextInt(going.size())).findFirst().orElseThrow();
      words = List.of("forget", one);
      going = Set.of(one);
    }
    Set<String> named = Set.copyOf(going);
    String[] line = words.toArray(new String[0]);
    chronicle.beginsToGo(named);
    return Deed.of("forget", ground.asked(me, line), answer -> chronicle.gone(going(answer.json())))
        .again(
            () -> {
              Set<String> left = new TreeSet<>(named);
              left.removeIf(id -> !chronicle.isThere(id));
              if (left.isEmpty()) {
                return Optional.empty();
              }
              chronicle.beginsToGo(left);
              List<String> rest = new ArrayList<>(List.of("forget"));
              rest.addAll(left);
              return Optional.of(
                  Deed.of(
                      "forget",
                      ground.asked(me, rest.toArray(new String[0])),
                      answer -> chronicle.gone(left)));
            });
  }

  private static String[] dry(List<String> words) {
    return Stream.concat(words.stream(), Stream.of("--dry-run")).toArray(String[]::new);
  }

  private static Set<String> going(JsonNode plan) {
    Set<String> going = new TreeSet<>();
    for (JsonNode backup : plan.get("backups")) {
      if (!backup.get("keep").asBoolean()) {
        going.add(backup.get("id").asString());
      }
    }
    return going;
  }

  /** Half of the time something is damaged first, of which the copy has the whole. */
  private Deed repair() throws IOException {
    if (random.nextInt(4) == 0) {
      return simple("repair", "repair");
    }
    observer.good("copy", "--to=" + ground.copy(), "--init");
    harm = Damage.somewhere(ground.repository(), random);
    damaged = true;
    return Deed.of(
        "repair --from",
        ground.asked(me, "repair", "--from=" + ground.copy()),
        answer -> damaged = false);
  }

  private Deed keyAddOrRemove() throws IOException {
    JsonNode credentials = observer.good("key", "list").json().get("credentials");
    for (JsonNode credential : credentials) {
      if (credential.get("label").asString().equals("spare") && random.nextInt(3) > 0) {
        String id = credential.get("id").asString();
        return simple("key remove", "key", "remove", id)
            .again(
                () -> {
                  for (JsonNode c : observer.good("key", "list").json().get("credentials")) {
                    if (c.get("id").asString().equals(id)) {
                      return Optional.of(simple("key remove", "key", "remove", id));
                    }
                  }
                  return Optional.empty();
                });
      }
    }
    return simple("key add", "key", "add", "--new-kms=" + ground.key("spare"), "--label=spare");
  }

  /** Admitting it, its backups, and reading them back. */
  private Deed ofTheClient() throws IOException {
    if (!client) {
      return Deed.of(
          "key writer add",
          ground.asked(
              me, "key", "writer", "add", "--name=" + CLIENT, "--new-kms=" + ground.key(CLIENT)),
          answer -> client = true);
    }
    if (random.nextBoolean()) {
      return Deed.of(
          "key writer accept",
          ground.asked(me, "key", "writer", "accept"),
          answer -> chronicle.accepted());
    }
    ground.change(3, random);
    SortedMap<String, String> contents = new TreeMap<>(Trees.digest(ground.source(3)));
    Asker web = ground.machine("client").with("--host=" + CLIENT, "--kms=" + ground.key(CLIENT));
    return Deed.of(
        "backup of a client",
        ground.asked(web, "backup", ground.source(3).toString()),
        answer -> chronicle.acknowledgeOfClient(id(answer), contents));
  }

  /** Over what an earlier restore has left. */
  private Deed restore() throws IOException {
    Path target = Files.createDirectories(ground.temp.resolve("target"));
    String id = some();
    List<String> words =
        List.of(
            "restore",
            id,
            "--to=" + target,
            "--on-conflict=overwrite",
            "--yes",
            "--delete-extra",
            random.nextInt(3) == 0 ? "--check=metadata" : "--no-undo");
    return Deed.of(
        "restore",
        ground.asked(me, words.toArray(new String[0])),
        answer -> chronicle.assertHolds(id, target));
  }

  private Deed hold() {
    String id = some();
    return simple("hold", random.nextInt(3) == 0 ? "unhold" : "hold", id);
  }
}
