/**
 * Restores: a plan as a value, what it is applied to, and what is known of it afterwards.
 *
 * <p>Glossary:
 *
 * <ul>
 *   <li><b>target</b>: the live thing a restore writes to; each provider has one kind.
 *   <li><b>wanted</b>: what a key should hold in the end; for a restore the backup's entry.
 *   <li><b>live</b>: what a key holds now, with a <b>fingerprint</b> that changes when it does.
 *   <li><b>step</b>: one planned change: create, update or delete. A plan is a header with counts
 *       and a file of steps in the order of keys, streamed, so that its length costs no memory.
 *   <li><b>conflict</b>: an existing entry that differs from what is wanted; its <b>resolution</b>
 *       says what becomes of it.
 *   <li><b>undo</b>: the backup that is sealed before the first write and holds what a restore is
 *       going to change or delete.
 * </ul>
 *
 * <p>Contract: nothing is written to a target before its plan is complete and its undo sealed; only
 * entries in the plan are touched; each step's fingerprint is tested at its own write, and an entry
 * that has moved since is left alone and reported. Intents are logged durably before, results
 * after, so that a broken restore can be told, completed and rolled back.
 */
@NullMarked
package io.salvor.engine.restore;

import org.jspecify.annotations.NullMarked;
