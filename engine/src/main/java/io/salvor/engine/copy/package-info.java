/**
 * Copies of a repository in other storages.
 *
 * <p>A <em>copy</em> has the same object {@code salvor}, the same keys and the same backups with
 * the same ids and checksums; it is a repository of its own, which can be verified, restored from
 * and backed up into. What is copied are objects as they are: packs with the hash that the index
 * gives, then segments, facts, manifests, and the ledger's entries last, so that whatever a crash
 * leaves is a repository in which nothing is missed. Nothing is ever deleted in the other
 * repository: what the ledger has removed here is removed there once its entries are there, and its
 * objects go with the other's own prune. Each side may have heads of its own; the next copy, in
 * either direction, is their union (docs/decisions/0013-copies-and-repair.md).
 *
 * <p>Errors: NOT_A_COPY for another repository; damage of the source is told in the report, and the
 * rest is copied.
 */
@NullMarked
package io.salvor.engine.copy;

import org.jspecify.annotations.NullMarked;
