/**
 * What writers and pruners tell each other (docs/format.md §11): a <em>condemnation</em> names
 * packs that will be deleted and that nobody may rely on any more; a <em>revocation</em> asks the
 * author of a session to stop. Both stay in the repository, for who sleeps may wake late.
 *
 * <p>Nothing here deletes anything. What follows from these notes, and in which order, is in {@code
 * engine.backup} for writers and in {@code engine.prune} for pruners.
 */
@NullMarked
package io.salvor.engine.protocol;

import org.jspecify.annotations.NullMarked;
