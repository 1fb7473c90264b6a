/**
 * Mending what damage has left of a repository.
 *
 * <p>A <em>survey</em> reads every byte and yields a <em>plan</em>: which objects are <em>put
 * back</em> from a copy, as they were; which packs are <em>salvaged</em>, that is, what can be read
 * of them is stored again in new packs; which packs that no segment names are <em>believed</em>
 * after every blob of them was read, and named anew; which blobs are <em>fetched</em> from a copy;
 * and what is lost, backup by backup. A dry run ends there; a run does what the plan says.
 *
 * <p>Nothing is ever deleted, and what replaces something is durable before that loses its meaning:
 * a damaged pack is not named any more once what could be read of it lies elsewhere, and is left
 * for a prune. What is named no more is stored again by the next backup whose source still has it
 * (docs/decisions/0013-copies-and-repair.md).
 */
@NullMarked
package io.salvor.engine.repair;

import org.jspecify.annotations.NullMarked;
