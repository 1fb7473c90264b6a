/**
 * Which backups stay and which go.
 *
 * <p><em>Rules</em> and the list of backups give a <em>plan</em>: a pure value with a decision, and
 * its reason in words, for every backup. A <em>forgetting</em> executes it: evidence and ledger
 * entry first, durable, then the manifests. The bytes go later, when the repository is pruned.
 *
 * <p>Whatever the rules say, nothing takes a source's newest backup, its newest complete one, a
 * backup on hold, or what undoes a restore before its time is over. Every backup restores by
 * itself, so that none has to stay for another's sake. Backups are counted for each source and
 * host.
 */
@NullMarked
package io.salvor.engine.retention;

import org.jspecify.annotations.NullMarked;
