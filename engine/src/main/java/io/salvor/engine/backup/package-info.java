/**
 * Backups: their manifests, the sessions that make them, and the list of those that are there
 * (docs/format.md §10 and §11).
 *
 * <p>A <em>session</em> is a writer at work. It leaves <em>checkpoints</em> and ends by
 * <em>sealing</em> a manifest; only a sealed backup is acknowledged. A session that died is listed
 * as an interrupted backup from its first checkpoint on.
 */
@NullMarked
package io.salvor.engine.backup;

import org.jspecify.annotations.NullMarked;
