/**
 * An executable model of the repository's protocol: writers, pruners, whoever forgets backups, and
 * (in {@code ledger}) key holders who notice what is lost. A search goes through every interleaving
 * of a few actors, one storage operation at a time, and checks each state.
 *
 * <p>Read {@link io.salvor.testkit.model.Rule} first, then {@code WriterPhase} and {@code
 * PrunerPhase}: they are the programs that the engine has to follow, in this order. {@code
 * Protocol} has the invariants, {@code ProtocolRulesTest} shows what each rule is for: without it,
 * the shortest way to a loss.
 *
 * <p>What is checked in every state:
 *
 * <ol>
 *   <li>an acknowledged backup that nobody forgot is listed, and each of its blobs is in a pack
 *       that exists and that an index segment names;
 *   <li>so is every other sealed manifest that counts for readers;
 *   <li>the parent that a session at work found alive can be read until it seals;
 *   <li>with an honest mark: an interrupted backup keeps what it has stored, and no prune refuses
 *       although nothing is lost;
 *   <li>in the ledger: what a key holder has seen or been promised, and what came before anything
 *       that is still there, is missed at its next run when it is gone; no alarm is false;
 *   <li>as long as nobody has finished there is a step that somebody can take; programs have no
 *       loops, so everybody who does not crash finishes.
 * </ol>
 *
 * <p>The abstraction:
 *
 * <ul>
 *   <li>There are two blobs and a pack holds any of them; manifests name blobs, and a pack's index
 *       segment tells which it holds. The tree, encryption and padding do not occur.
 *   <li>A put, a get, a deletion and a listing of one kind of object take one step each. A pruner's
 *       deletions are one step: when only some are done, others only find more.
 *   <li>Sleep is not to be scheduled. A crash is never to be scheduled again; it is a step of its
 *       own only to show that the others finish. A paused and restarted pruner is two pruners.
 *   <li>No clock decides: a pruner may give any session up at any time.
 *   <li>A mark is any choice of packs, needed ones included, so that no proof rests on a clean
 *       mark.
 *   <li>With a listing lag, each put shows in listings at any later step; an actor that waits goes
 *       on when everything put before its waiting shows.
 *   <li>A writer's view of the index is read once, before its first session, and never refreshed.
 *   <li>Condemnations are merged once, whatever they name; who lists them reads them in that step.
 *   <li>Segments are merged once, by an actor of its own; a list torn by that is two steps. Who
 *       replaces the segments that name condemned packs may do so before or after these are gone.
 * </ul>
 *
 * <p>Not in the model: write-only clients, journals, erasure, other listings that are torn apart by
 * what happens meanwhile, deletions that listings show late, and more than two writers, two
 * pruners, two blobs.
 *
 * <p>Glossary: <b>revocation</b>, the request to a session's author to stop; <b>closure</b>, a
 * pruner's word which manifest of a revoked session counts; <b>void</b>, a sealed manifest that a
 * closure left out; <b>stake</b>, what is lost without a rule.
 */
@NullMarked
package io.salvor.testkit.model;

import org.jspecify.annotations.NullMarked;
