package io.salvor.engine.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.entry.HardLinks;
import io.salvor.engine.local.LocalState;
import io.salvor.engine.restore.LinkGroups.Verdict;
import io.salvor.engine.tree.Key;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkGroupsTest {
  private static final int MANY = 20_000;
  @TempDir Path temp;

  private LinkGroups groups() {
    RestoreRecords records =
        new RestoreRecords(
            LocalState.open(Map.of("SALVOR_CACHE_DIR", temp.toString()), temp)
                .state("repository")
                .directory("restores"));
    return new LinkGroups(records::draft);
  }

  private static Entry file(long inode, long names) {
    return Entry.builder(EntryKind.FILE)
        .mode(0644)
        .content(0, ContentRef.EMPTY)
        .inode(inode)
        .links(names < 2 ? null : new HardLinks(1, names))
        .build();
  }

  private static Key key(String name, int number) {
    return Key.of(name, "of a long directory %200d".formatted(number), "file");
  }

  @Test
  void everyFurtherNameIsLinkedToTheFirstHoweverManyCameBetween() {
    linksFarApart(MANY);
  }

  @Test
  @Tag("slow")
  void twoMillionFilesWhoseNamesLieFarApartFitInTheHeap() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    long before = runtime.totalMemory() - runtime.freeMemory();
    try (LinkGroups groups = groups()) {
      for (int i = 0; i < 2_000_000; i++) {
        Verdict _ = groups.next(key("a", i), file(i, 2), null);
      }
      System.gc();
      long held = runtime.totalMemory() - runtime.freeMemory() - before;
      System.out.println("held for 2 million open groups: " + (held >> 10) + " KiB of heap");
      assertThat(held).isLessThan(4 << 20);
      for (int i = 0; i < 2_000_000; i += 999) {
        assertThat(groups.next(key("b", i), file(i, 2), null).linkTo()).isEqualTo(key("a", i));
      }
    }
  }

  private void linksFarApart(int many) {
    try (LinkGroups groups = groups()) {
      for (String name : new String[] {"a", "b", "c"}) {
        for (int i = 0; i < many; i++) {
          Verdict verdict = groups.next(key(name, i), file(i, 3), null);
          assertThat(verdict.differs()).isFalse();
          assertThat(verdict.linkTo()).isEqualTo(name.equals("a") ? null : key("a", i));
        }
      }
      assertThat(groups.next(key("d", 0), file(0, 3), null).linkTo())
          .as("all names have come: another file by now")
          .isNull();
    }
  }

  @Test
  void aNameThatIsLiveInAnotherFileDiffers() {
    try (LinkGroups groups = groups()) {
      assertNext(groups, file(1, 3), file(10, 3), false, false);
      assertNext(groups, file(1, 3), file(10, 3), true, false);
      assertNext(groups, file(1, 3), file(11, 2), true, true);
      assertNext(groups, file(2, 2), file(10, 3), false, true);
      assertNext(groups, file(3, 1), file(10, 3), false, true);
      assertNext(groups, file(4, 1), file(12, 2), false, false);
    }
  }

  @Test
  void nothingIsLinkedToANameThatIsLeftAsItIs() {
    try (LinkGroups groups = groups()) {
      assertNext(groups, file(1, 3), null, false, false);
      groups.leave(file(1, 3));
      groups.leave(file(5, 3));
      assertNext(groups, file(1, 3), null, false, false);
      assertNext(groups, file(1, 3), null, true, false);
    }
  }

  private static void assertNext(
      LinkGroups groups, Entry wanted, @Nullable Entry now, boolean links, boolean differs) {
    Verdict verdict = groups.next(Key.of("name"), wanted, now);
    assertThat(verdict.linkTo() != null).isEqualTo(links);
    assertThat(verdict.differs()).isEqualTo(differs);
  }
}
