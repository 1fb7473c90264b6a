package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.salvor.engine.codec.SipHash;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.RestoreReport.Problem;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.MemoryBlobs;
import io.salvor.engine.tree.NodeCache;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What is wanted of a tree of which some entries are not what they should be. */
class TreeWantedTest {
  private static final byte[] GARBAGE = {1, 2, 3};

  private final Problems problems = new Problems();
  private final TreeMap<Key, byte[]> tree = new TreeMap<>();

  private void put(EntryKind kind, int mode, String... key) {
    tree.put(
        Key.of(key),
        EntryCodec.encode(Entry.builder(kind).mode(mode).mtime(new PosixTime(7, 0)).build()));
  }

  private record Seen(Wanted wanted, boolean afterLoss) {
    @Override
    public String toString() {
      return wanted.key()
          + (wanted.context() ? " context" : "")
          + (afterLoss ? " after loss" : "")
          + (wanted.entry() == null ? "" : " %o".formatted(wanted.entry().mode()));
    }
  }

  private List<String> wanted(Scope scope) throws IOException {
    put(EntryKind.DIRECTORY, 0755);
    MemoryBlobs blobs = new MemoryBlobs();
    TreeBuilder builder = new TreeBuilder(blobs, new SipHash(new byte[16]));
    for (Map.Entry<Key, byte[]> entry : tree.entrySet()) {
      builder.add(entry.getKey(), entry.getValue());
    }
    Tree built = new Tree(new NodeCache(blobs), builder.finish());
    TreeWanted cursor =
        new TreeWanted(built, scope, Progress.NONE, problems, UnaryOperator.identity());
    List<String> seen = new ArrayList<>();
    for (Wanted next = cursor.next(); next != null; next = cursor.next()) {
      seen.add(new Seen(next, cursor.isAfterLoss()).toString());
    }
    assertThat(cursor.isAfterLoss()).as("nothing is lost at the end").isFalse();
    return seen;
  }

  @Test
  void anEntryThatIsNoneIsNamedAndTheNextOneComesAfterALoss() throws IOException {
    put(EntryKind.DIRECTORY, 0755, "a");
    put(EntryKind.FILE, 0644, "a", "x");
    tree.put(Key.of("b"), GARBAGE);
    put(EntryKind.FILE, 0640, "c");
    put(EntryKind.FILE, 0600, "d");
    assertThat(wanted(Scope.ALL))
        .containsExactly(" 755", "a 755", "a/x 644", "c after loss 640", "d 600");
    assertThat(problems.list())
        .extracting(Problem::key, Problem::code)
        .containsExactly(tuple("b", problems.list().getFirst().code()));
    assertThat(problems.list().getFirst().code().isDamage()).isTrue();
    assertThat(problems.list().getFirst().code()).isNotEqualTo(ErrorCode.OBJECT_UNREADABLE);
  }

  @Test
  void directoriesWhoseEntriesAreLostAreMadeForWhatLiesInThemAndClosedToOthers()
      throws IOException {
    tree.put(Key.of("a"), GARBAGE);
    tree.put(Key.of("a", "b"), GARBAGE);
    put(EntryKind.FILE, 0644, "a", "b", "x");
    put(EntryKind.FILE, 0644, "a", "b", "y");
    put(EntryKind.FILE, 0644, "a", "z");
    List<String> seen = wanted(Scope.ALL);
    assertThat(seen)
        .contains("a/b/y 644", "a/z 644")
        .filteredOn(s -> s.contains("context"))
        .as("each once, before what lies in it, and open to nobody else")
        .hasSize(2)
        .allMatch(s -> s.endsWith("700"));
    assertThat(
            seen.indexOf(
                seen.stream().filter(s -> s.startsWith("a/b/x")).findFirst().orElseThrow()))
        .isGreaterThan(
            seen.indexOf(
                seen.stream().filter(s -> s.startsWith("a/b context")).findFirst().orElseThrow()));
    assertThat(problems.list()).extracting(Problem::key).containsExactly("a", "a/b");
  }

  @Test
  void whatLeadsToWhatIsSelectedComesOnlyWithIt() throws IOException {
    put(EntryKind.DIRECTORY, 0755, "a");
    put(EntryKind.DIRECTORY, 0711, "a", "b");
    put(EntryKind.FILE, 0644, "a", "b", "x");
    put(EntryKind.DIRECTORY, 0755, "c");
    put(EntryKind.FILE, 0644, "c", "y");
    Key taken = Key.of("a", "b", "x");
    Scope scope =
        (key, directory) ->
            key.equals(taken)
                ? Verdict.TAKEN
                : directory && !key.equals(Key.of("c", "y")) ? Verdict.SEARCHED : Verdict.LEFT_OUT;
    assertThat(wanted(scope))
        .containsExactly(" context 755", "a context 755", "a/b context 711", "a/b/x 644");
    assertThat(problems.list()).isEmpty();
  }
}
