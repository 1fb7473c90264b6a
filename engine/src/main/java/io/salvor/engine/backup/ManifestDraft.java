package io.salvor.engine.backup;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Label;
import io.salvor.engine.backup.Manifest.Lineage;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.backup.Manifest.UndoOf;
import io.salvor.engine.backup.Manifest.Volume;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.pack.BlobWriter;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.TreeRoot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the manifests of one session have in common: its checkpoints' and the one it is sealed by.
 */
final class ManifestDraft {
  private final Repository repository;
  private final Source source;
  private final BackupRequest request;
  private final Predecessors before;
  private final BackupId id;
  private final ObjectId session;
  private final Instant started;
  private final long sequence;
  private final BackupRun.@Nullable UndoPlan undo;

  ManifestDraft(
      Repository repository,
      Source source,
      BackupRequest request,
      Predecessors before,
      SessionRecord.Open open,
      long sequence,
      BackupRun.@Nullable UndoPlan undo) {
    this.repository = repository;
    this.source = source;
    this.request = request;
    this.before = before;
    this.id = open.backup();
    this.session = open.session();
    this.started = open.started();
    this.sequence = sequence;
    this.undo = undo;
  }

  /**
   * The manifest of what was captured so far.
   *
   * @param created of an undo, the tree of the keys that its restore is going to create
   */
  Manifest manifest(
      TreeCapture capture,
      BlobWriter.Statistics written,
      List<SegmentRef> segments,
      TreeRoot root,
      @Nullable TreeRoot created,
      BackupStatus status) {
    Instant now = repository.now();
    Origin origin =
        new Origin(
            source.provider(),
            source.address(),
            source.paths(),
            request.host(),
            request.createdBy(),
            request.group(),
            source.patterns());
    Backup parent = before.compared();
    Backup base = before.base();
    Volume volume =
        new Volume(capture.bytesRead(), capture.bytesLogical(), written.bytes(), written.stored());
    Component component =
        new Component(
            source.address(),
            source.provider(),
            status,
            root.entries(),
            capture.bytesLogical(),
            ComponentChecksum.of(source.provider(), root));
    List<Component> components = new ArrayList<>(List.of(component));
    components.addAll(capture.tables());
    SortedMap<String, String> tags = request.tags();
    UndoOf undoOf =
        undo == null || created == null
            ? null
            : new UndoOf(undo.restore(), undo.heldUntil(), created);
    return new Manifest(
        id,
        session,
        status,
        origin,
        new Lineage(
            before.type(),
            parent == null ? null : parent.id(),
            base == null ? null : base.id(),
            sequence),
        new Label(request.description(), tags),
        started,
        now.isBefore(started) ? started : now,
        capture.counts(),
        volume,
        root,
        components,
        capture.failures(),
        segments,
        repository.software(),
        repository.keys().epoch(),
        undoOf);
  }
}
