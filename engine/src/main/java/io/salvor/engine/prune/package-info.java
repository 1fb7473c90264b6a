/**
 * Giving room back: packs that no backup needs are deleted while everything else goes on, by the
 * protocol of docs/format.md §11 and docs/decisions/0005.
 *
 * <p>A <em>mark</em> is a bit for each blob that some <em>root</em> needs: sealed manifests that
 * count, what interrupted sessions have left, the parents of sessions at work. A <em>plan</em> says
 * which packs are <em>dead</em> (nothing in them is marked), <em>sparse</em> (little is), lost or
 * orphans (no segment names them), and which sessions are in the way. A prune <em>condemns</em>
 * those packs, waits for the sessions that were there before, marks what has come meanwhile, copies
 * what is needed, and only then deletes. Whatever it leaves undone the next one goes on with, from
 * the same condemnation.
 */
@NullMarked
package io.salvor.engine.prune;

import org.jspecify.annotations.NullMarked;
