/**
 * What exists, signed and chained (docs/format.md §12), so that loss shows.
 *
 * <p>Every sealed backup adds an <em>entry</em> that names its predecessors: the <em>heads</em>,
 * the entries that no other names. What exists is what the entries have added and none has removed.
 * A reader remembers the heads it has seen outside the repository.
 */
@NullMarked
package io.salvor.engine.ledger;

import org.jspecify.annotations.NullMarked;
