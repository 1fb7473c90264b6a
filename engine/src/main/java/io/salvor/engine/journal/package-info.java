/**
 * What is captured continuously of a source: logs that grow at their end (docs/format.md §14).
 *
 * <p>A <b>log</b> is a source's own: bytes at <b>positions</b>, on <b>timelines</b>, which are
 * histories that part from each other; it is cut into <b>segments</b> of one size. Several
 * <b>systems</b> may have been behind one address, each with a log of its own. A <b>tail</b> is a
 * small sealed object with bytes of a log, durable before the source is told so. A
 * <b>consolidation</b> is a backup whose entries are segments; it takes the place of the one before
 * it, and the tails whose bytes it has are deleted. A {@link io.salvor.engine.journal.Journal} is
 * the union of both as it was read: <b>stretches</b> without a <b>gap</b> in them. Where two tell
 * of the same position they have to say the same, else the journal is damaged; and it is if a tail
 * names a predecessor that nobody has.
 *
 * <p>Order: a tail is durable, then acknowledged; the consolidation is sealed and in the ledger,
 * then tails are deleted. A reader lists tails first, then manifests.
 */
@NullMarked
package io.salvor.engine.journal;

import org.jspecify.annotations.NullMarked;
