package io.salvor.engine.backup;

import io.salvor.engine.crypto.ObjectId;

/** A manifest that is like another one, but for what a test changes; of no restore's undo. */
final class ManifestLike {
  private final Manifest like;
  private BackupId id;
  private ObjectId session;
  private Manifest.Origin origin;
  private Manifest.Lineage lineage;

  ManifestLike(Manifest like) {
    this.like = like;
    this.id = like.id();
    this.session = like.session();
    this.origin = like.origin();
    this.lineage = like.lineage();
  }

  ManifestLike id(BackupId other) {
    id = other;
    return this;
  }

  ManifestLike session(ObjectId other) {
    session = other;
    return this;
  }

  ManifestLike origin(Manifest.Origin other) {
    origin = other;
    return this;
  }

  ManifestLike lineage(Manifest.Lineage other) {
    lineage = other;
    return this;
  }

  Manifest make() {
    return new Manifest(
        id,
        session,
        like.status(),
        origin,
        lineage,
        like.label(),
        like.started(),
        like.finished(),
        like.entries(),
        like.bytes(),
        like.root(),
        like.components(),
        like.failures(),
        like.segments(),
        like.software(),
        like.epoch(),
        null);
  }
}
