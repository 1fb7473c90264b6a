package io.salvor.engine.writer;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.backup.BackupList;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.BlobMarks;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeAudit;
import io.salvor.engine.tree.TreeItem;
import io.salvor.engine.tree.TreeRoot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the trees that write-only clients have sealed are their own. A client can learn the id of
 * a node that it cannot read, and name it: whoever restores that backup onto the client's machine
 * would give it what others have backed up. A client's writer stores every node of its trees
 * itself; so a node that lies in no pack of the client's, and that a backup of another machine has,
 * is not its own. (A prune may have moved a node of the client's into another pack; then no other
 * machine has it, for entries carry inodes and times.) Bounded memory: bits by rows of the index.
 */
public final class Provenance {
  private static final String REMEDY =
      "Do not restore it to that machine; `salvor forget` it, and `salvor key writer remove` the"
          + " client";

  private final Repository repository;
  private final KeyRing keys;
  private final Progress progress;

  private Provenance(Repository repository, Progress progress) {
    this.repository = repository;
    this.keys = repository.keys();
    this.progress = progress;
  }

  /** Looks at every backup that a client has sealed; gives those that name what is not its own. */
  public static List<Intake.Refusal> check(Repository repository, Progress progress)
      throws IOException {
    progress.phase("provenance");
    return new Provenance(repository, progress).run();
  }

  private List<Intake.Refusal> run() throws IOException {
    List<Backup> all = BackupList.read(repository).backups();
    List<Intake.Refusal> refused = new ArrayList<>();
    for (Backup backup : all) {
      Optional<KeyRing.Writer> writer = writer(backup);
      if (writer.isPresent() && strange(backup, writer.get(), null).isPresent()) {
        BlobMarks others = repository.index().marks();
        for (Backup other : all) {
          if (!other.manifest().origin().host().equals(writer.get().host())) {
            progress.checkCancelled();
            boolean _ =
                visit(other, node -> others.mark(BlobKind.TREE, node) != BlobMarks.Found.NEW);
          }
        }
        strange(backup, writer.get(), others)
            .ifPresent(
                node ->
                    refused.add(
                        new Intake.Refusal(
                            writer.get().host(),
                            backup.object(),
                            "the backup "
                                + backup.id()
                                + " names what another machine has backed up: the tree node "
                                + node,
                            REMEDY)));
      }
    }
    return refused;
  }

  private Optional<KeyRing.Writer> writer(Backup backup) {
    return backup.sealed()
        ? ObjectKind.MANIFEST.idIn(backup.object()).flatMap(keys::writerOf)
        : Optional.empty();
  }

  /**
   * The first node that the client has not stored itself.
   *
   * @param others nodes of other machines, of which it has to be one; null for any
   */
  private Optional<BlobId> strange(Backup backup, KeyRing.Writer writer, @Nullable BlobMarks others)
      throws IOException {
    BlobMarks seen = repository.index().marks();
    List<BlobId> found = new ArrayList<>();
    boolean _ =
        visit(
            backup,
            node -> {
              progress.checkCancelled();
              boolean counts = others == null || others.isMarked(BlobKind.TREE, node);
              if (found.isEmpty() && counts && !isStoredBy(writer.id(), node)) {
                found.add(node);
              }
              return !found.isEmpty() || seen.mark(BlobKind.TREE, node) != BlobMarks.Found.NEW;
            });
    return found.stream().findFirst();
  }

  private boolean isStoredBy(ObjectId writer, BlobId node) {
    return repository.index().locations(BlobKind.TREE, node).stream()
        .anyMatch(place -> place.pack().high() == writer.high());
  }

  private interface Nodes {
    /** Whether to pass over what lies below. */
    boolean pass(BlobId node);
  }

  private boolean visit(Backup backup, Nodes nodes) throws IOException {
    TreeRoot root = backup.manifest().root();
    return TreeAudit.visit(
        repository.nodes(),
        root,
        new TreeAudit.Visitor() {
          @Override
          public boolean isKnownSound(BlobId node) {
            return nodes.pass(node);
          }

          @Override
          public boolean entry(TreeItem item) {
            return true;
          }

          @Override
          public void sound(BlobId node) {}

          @Override
          public void damaged(
              BlobId node, @Nullable Key after, @Nullable Key upTo, SalvorException why) {
            // Verification tells of it.
          }
        });
  }
}
