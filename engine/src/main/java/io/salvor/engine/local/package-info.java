/**
 * What Salvor keeps on the machine it runs on.
 *
 * <p>The <em>cache</em> holds what can be made again from a repository (views of its index); any
 * file of it may be deleted at any time, also while it is used, at no cost but time. The
 * <em>state</em> holds what a repository cannot tell: the last ledger entry that this machine has
 * seen, plans and logs of restores. Both are kept per repository id, in private directories; what
 * is true of one copy of a repository only (views, heads of the ledger, damage) bears a hash of the
 * storage's canonical address in its name, and {@code state/places} remembers which repository was
 * in which place:
 *
 * <pre>
 * $XDG_CACHE_HOME/salvor/ID   or ~/.cache/salvor/ID         or $SALVOR_CACHE_DIR/cache/ID
 * $XDG_STATE_HOME/salvor/ID   or ~/.local/state/salvor/ID   or $SALVOR_CACHE_DIR/state/ID
 * </pre>
 *
 * <p>Failures are {@link io.salvor.engine.error.SalvorException}s with the code LOCAL_STATE.
 */
@NullMarked
package io.salvor.engine.local;

import org.jspecify.annotations.NullMarked;
