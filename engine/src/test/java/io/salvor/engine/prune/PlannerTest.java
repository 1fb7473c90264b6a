package io.salvor.engine.prune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupRequest;
import io.salvor.engine.backup.BackupRun;
import io.salvor.engine.backup.MapSource;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.protocol.Condemnation;
import io.salvor.engine.prune.PrunePlan.Fate;
import io.salvor.engine.prune.PrunePlan.PackPlan;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which packs go, by how much of them is needed: one pack of data with four blobs, one of nodes.
 */
class PlannerTest {
  private static final ObjectId STRANGE = new ObjectId(3, 3);
  private static final FoundSession WRITER =
      new FoundSession(new ObjectId(4, 4), null, null, false, false);

  @TempDir Path temp;
  private Repository repository;
  private List<BlobId> blobs;
  private Map<ObjectId, Long> there;
  private ObjectId data;

  @BeforeEach
  void make() throws Exception {
    repository = new TestRepository(temp).open();
    MapSource source = new MapSource();
    for (int i = 0; i < 4; i++) {
      byte[] noise = new byte[50_000];
      new Random(i).nextBytes(noise);
      source.put("file " + i, noise);
    }
    BackupRequest request = new BackupRequest(null, "host", "me", "", "", new TreeMap<>());
    Backup backup = BackupRun.backup(repository, source, request, Progress.NONE).backup();
    repository.index().refresh();
    blobs = blobsOf(backup);
    there = new HashMap<>(Planner.list(repository));
    data = repository.index().locations(BlobKind.DATA, blobs.getFirst()).getFirst().pack();
  }

  @AfterEach
  void close() throws IOException {
    repository.close();
  }

  @Test
  void aPackOfWhichNothingIsNeededGoesAndNothingOfItIsCopied() {
    PrunePlan plan = plan(0.25, marked(0), Set.of(), List.of());
    assertThat(plan.packs(Fate.DEAD)).contains(new PackPlan(data, Fate.DEAD, there.get(data), 0));
    assertThat(plan.packs(Fate.DEAD)).hasSize(2);
    assertThat(plan.kept()).isZero();
    assertThat(plan.keptBytes()).isZero();
    assertThat(plan.packs()).extracting(PackPlan::id).isSorted();
  }

  @Test
  void aPackIsCopiedOnceMoreThanTheShareIsUnused() {
    BlobMarks marks = marked(3);
    BlobMarks.Usage usage = usage(marks);
    long unused = usage.stored() - usage.live();
    double share = (double) unused / usage.stored();
    assertThat(share).isCloseTo(0.25, within(0.01));
    PrunePlan stays = plan(share, marks, Set.of(), List.of());
    assertThat(stays.packs()).extracting(PackPlan::id).doesNotContain(data);
    assertThat(stays.kept()).isEqualTo(1);
    assertThat(stays.keptBytes()).isEqualTo(there.get(data));
    assertThat(stays.keptUnused()).isEqualTo(unused);
    PrunePlan copied = plan(share - 0.001, marks, Set.of(), List.of());
    assertThat(copied.packs(Fate.SPARSE))
        .containsExactly(new PackPlan(data, Fate.SPARSE, there.get(data), usage.live()));
    assertThat(copied.keptUnused()).isZero();
  }

  @Test
  void aPackThatIsGoneFreesNothing() {
    PrunePlan plan = plan(0.25, marked(0), Set.of(data), List.of());
    assertThat(plan.packs(Fate.LOST)).containsExactly(new PackPlan(data, Fate.LOST, 0, 0));
  }

  @Test
  void whatNoSegmentNamesGoesOnlyWhereNobodyIsAtWork() {
    there.put(STRANGE, 77L);
    PackPlan orphan = new PackPlan(STRANGE, Fate.ORPHAN, 77, 0);
    assertThat(plan(0.25, marked(4), Set.of(), List.of()).packs(Fate.ORPHAN))
        .containsExactly(orphan);
    PrunePlan busy = plan(0.25, marked(4), Set.of(), List.of(WRITER));
    assertThat(busy.packs(Fate.ORPHAN)).isEmpty();
    assertThat(busy.inTheWay()).containsExactly(WRITER);
    condemn(STRANGE);
    assertThat(plan(0.25, marked(4), Set.of(), List.of(WRITER)).packs(Fate.CONDEMNED))
        .containsExactly(new PackPlan(STRANGE, Fate.CONDEMNED, 77, 0));
  }

  @Test
  void whatWasCondemnedGoesOnWhateverIsNeededOfItAsLongAsItIsThere() {
    condemn(data);
    BlobMarks marks = marked(4);
    long live = usage(marks).live();
    assertThat(live).isGreaterThan(200_000);
    assertThat(plan(0.25, marks, Set.of(), List.of()).packs(Fate.CONDEMNED))
        .containsExactly(new PackPlan(data, Fate.CONDEMNED, there.get(data), live));
    there.remove(data);
    assertThat(plan(0.25, marks, Set.of(data), List.of()).packs())
        .extracting(PackPlan::id)
        .doesNotContain(data);
  }

  @Test
  void onlyWhatIsReallyNotThereIsGone() throws Exception {
    there.remove(data);
    assertThat(Planner.gone(repository, there)).as("it has come since the list").isEmpty();
    repository.storage().delete(ObjectKind.DATA_PACK.name(data));
    assertThat(Planner.gone(repository, there)).containsExactly(data);
    assertThat(Planner.list(repository)).doesNotContainKey(data).hasSize(1);
  }

  private PrunePlan plan(
      double maxUnused, BlobMarks marks, Set<ObjectId> gone, List<FoundSession> living) {
    return new Planner(repository, maxUnused, there).plan(marks, gone, living.isEmpty(), living, 0);
  }

  private void condemn(ObjectId pack) {
    repository
        .condemnations()
        .add(new Condemnation(pack, repository.now(), List.of(pack), "me", List.of()));
  }

  /** With so many of the blobs marked. */
  private BlobMarks marked(int blobsNeeded) {
    BlobMarks marks = repository.index().marks();
    for (BlobId id : blobs.subList(0, blobsNeeded)) {
      assertThat(marks.mark(BlobKind.DATA, id)).isEqualTo(BlobMarks.Found.NEW);
    }
    return marks;
  }

  private BlobMarks.Usage usage(BlobMarks marks) {
    List<BlobMarks.Usage> found = new ArrayList<>();
    marks.usage(found::add);
    return found.stream().filter(u -> u.pack().id().equals(data)).findFirst().orElseThrow();
  }

  private List<BlobId> blobsOf(Backup backup) throws IOException {
    List<BlobId> found = new ArrayList<>();
    TreeCursor cursor = repository.tree(backup.manifest().root()).all();
    for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
      Entry entry = EntryCodec.decode(item.key(), item.value());
      ContentReader extents = new ContentReader(repository.blobs(), entry.content(), entry.size());
      for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
        if (p.extent() instanceof Extent.Data blob) {
          found.add(blob.id());
        }
      }
    }
    return found;
  }
}
