/**
 * Erasing backups for good, in every copy (docs/format.md §4).
 *
 * <p>What is deleted may live on in copies, snapshots and locks. So erasure ends at a secret
 * outside the storage: in an <em>erasable</em> repository every credential is behind a key of a key
 * service. What is still wanted is sealed to a new epoch that only a new key opens, and the old
 * keys are destroyed at their service: {@link io.salvor.engine.erasure.Erasure}.
 */
@NullMarked
package io.salvor.engine.erasure;

import org.jspecify.annotations.NullMarked;
