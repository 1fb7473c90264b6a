package io.salvor.cli.kills;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.cli.kills.CommandServer.Answer;
import io.salvor.cli.kills.CommandServer.Asked;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/** What was acknowledged and what was forgotten, and whether the repository agrees. */
final class Chronicle {
  private final Path temp;
  private final AtomicInteger restores = new AtomicInteger();

  /** What each acknowledged backup holds, by id. */
  private final SortedMap<String, SortedMap<String, String>> acknowledged =
      new ConcurrentSkipListMap<>();

  /** Backups of write-only clients that no key holder has read back yet. */
  private final Set<String> waiting = ConcurrentHashMap.newKeySet();

  /** Those whose forgetting has begun: they are there or not. */
  private final Set<String> going = ConcurrentHashMap.newKeySet();

  private final Set<String> forgotten = ConcurrentHashMap.newKeySet();

  Chronicle(Path temp) {
    this.temp = temp;
  }

  void acknowledge(String id, SortedMap<String, String> contents) {
    assertThat(acknowledged.put(id, contents)).as(id).isNull();
  }

  void acknowledgeOfClient(String id, SortedMap<String, String> contents) {
    waiting.add(id);
    acknowledge(id, contents);
  }

  void accepted() {
    waiting.clear();
  }

  /** How many backups were acknowledged so far, forgotten ones included. */
  int count() {
    return acknowledged.size() + forgotten.size();
  }

  int forgottenCount() {
    return forgotten.size();
  }

  /** Those that must be there and can be read. */
  List<String> readable() {
    return acknowledged.keySet().stream()
        .filter(id -> !going.contains(id) && !waiting.contains(id))
        .toList();
  }

  boolean isThere(String id) {
    return acknowledged.containsKey(id);
  }

  void beginsToGo(Set<String> ids) {
    going.addAll(ids);
  }

  void gone(Set<String> ids) {
    for (String id : ids) {
      acknowledged.remove(id);
      going.remove(id);
      forgotten.add(id);
    }
  }

  /**
   * What is listed: all that was acknowledged, nothing that was forgotten. Of what was being
   * forgotten it is known from then on.
   */
  void assertListed(Asker asker) {
    JsonNode document = asker.good("list").json();
    Set<String> listed = new TreeSet<>();
    for (JsonNode backup : document.get("backups")) {
      if (!backup.get("status").asString().equals("interrupted")) {
        listed.add(backup.get("id").asString());
      }
    }
    Set<String> needed = new TreeSet<>(acknowledged.keySet());
    needed.removeAll(going);
    assertThat(listed).containsAll(needed);
    assertThat(listed).noneMatch(forgotten::contains);
    Set<String> reallyGone = new TreeSet<>(going);
    reallyGone.removeAll(listed);
    gone(reallyGone);
    going.clear();
  }

  /** Restores a backup into an empty directory, and compares. */
  void assertRestores(Asker asker, String id) throws IOException {
    Path target = temp.resolve("restored" + restores.getAndIncrement());
    asker.good("restore", id, "--to=" + target, "--check=metadata", "--no-proof");
    assertHolds(id, target);
    Trees.delete(target);
  }

  /** What was restored is what the backup holds. */
  void assertHolds(String id, Path target) throws IOException {
    assertThat(new TreeMap<>(Trees.digest(target))).as(id).isEqualTo(acknowledged.get(id));
  }

  /** All that can be read. */
  int assertAllRestore(Asker asker) throws IOException {
    List<String> all = readable();
    for (String id : all) {
      assertRestores(asker, id);
    }
    return all.size();
  }

  static void assertIntact(Asker asker, String depth) {
    JsonNode verified = asker.ask("verify", "--depth=" + depth).json();
    List<JsonNode> wrong = new ArrayList<>();
    for (JsonNode issue : verified.get("issues")) {
      if (!issue.get("severity").asString().equals("notice")) {
        wrong.add(issue);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(verified.get("status").asString()).isEqualTo("intact");
  }

  /** Somebody who runs commands: in this process, with local state of their own. */
  record Asker(Map<String, String> environment, List<String> always) {
    Answer ask(String... words) {
      List<String> all = new ArrayList<>(List.of(words));
      all.addAll(always);
      return CommandServer.run(new Asked(all, environment));
    }

    /** A command that must succeed. */
    Answer good(String... words) {
      Answer answer = ask(words);
      assertThat(answer.exit())
          .as("%s: %s %s", List.of(words), answer.err(), answer.out())
          .isZero();
      return answer;
    }

    Asker with(String... more) {
      List<String> all = new ArrayList<>(always);
      all.addAll(List.of(more));
      return new Asker(environment, all);
    }
  }
}
