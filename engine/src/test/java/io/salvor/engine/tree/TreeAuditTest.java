package io.salvor.engine.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TreeAuditTest {
  private final MemoryBlobs blobs = new MemoryBlobs();
  private final TreeRoot root = Samples.build(blobs, Samples.files(60_000));
  private final Seen seen = new Seen();

  @Test
  void aSoundTreeIsSeenWholeAndOnceOnly() throws IOException {
    assertThat(TreeAudit.visit(new NodeCache(blobs), root, seen)).isTrue();
    assertThat(seen.entries).isEqualTo(60_000);
    assertThat(seen.sound).isEqualTo(blobs.all().keySet());
    seen.entries = 0;
    assertThat(TreeAudit.visit(new NodeCache(blobs), root, seen)).isTrue();
    assertThat(seen.entries).isZero();
  }

  @Test
  void aSoundNodeThatIsNotWhatAnotherParentSaysIsDamage() throws IOException {
    NodeCache nodes = new NodeCache(blobs);
    seen.places = new CheckedPlaces(new SecureRandom());
    assertThat(TreeAudit.visit(nodes, root, seen)).isTrue();
    long reads = nodes.reads();
    assertThat(TreeAudit.visit(nodes, root, seen)).isTrue();
    assertThat(nodes.reads()).as("what was held against the same parent before").isEqualTo(reads);
    for (TreeRoot wrong :
        List.of(
            new TreeRoot(root.id(), root.level(), root.entries() - 1),
            new TreeRoot(root.id(), root.level() + 1, root.entries()))) {
      assertThat(TreeAudit.visit(nodes, wrong, seen)).isFalse();
    }
    assertThat(seen.damaged).hasSize(2);
  }

  @Test
  void damageIsNamedAndTheRestIsSeen() throws IOException {
    // The first blob written is the first leaf.
    List<BlobId> ids = new ArrayList<>(blobs.all().keySet());
    Node first = NodeParser.parse(ids.getFirst(), blobs.all().get(ids.getFirst()));
    blobs.forge(first.id(), new byte[] {0, 0});
    assertThat(TreeAudit.visit(new NodeCache(blobs), root, seen)).isFalse();
    assertThat(seen.damaged).containsExactly(first.id() + " null " + first.last());
    assertThat(seen.entries).isEqualTo(60_000 - first.items());
    assertThat(seen.sound).doesNotContain(root.id(), first.id());
  }

  @Test
  void aLostNodeIsDamageToo() throws IOException {
    blobs.all().remove(root.id());
    assertThat(TreeAudit.visit(new NodeCache(blobs), root, seen)).isFalse();
    assertThat(seen.damaged).containsExactly(root.id() + " null null");
  }

  private static final class Seen implements TreeAudit.Visitor {
    private final Set<BlobId> sound = new HashSet<>();
    private final List<String> damaged = new ArrayList<>();
    private int entries;
    private @Nullable CheckedPlaces places;

    @Override
    public @Nullable CheckedPlaces places() {
      return places;
    }

    @Override
    public boolean isKnownSound(BlobId node) {
      return sound.contains(node);
    }

    @Override
    public boolean entry(TreeItem item) {
      entries++;
      return true;
    }

    @Override
    public void sound(BlobId node) {
      sound.add(node);
    }

    @Override
    public void damaged(BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why) {
      damaged.add(node + " " + after + " " + upTo);
    }
  }
}
