/**
 * Repositories at test: a {@link io.salvor.testkit.repository.Machine} is a computer with its local
 * state, clock and passphrase; several of them may work on one storage. Sources are made up, and
 * what a backup holds is read back entry by entry, without the restore.
 */
@NullMarked
package io.salvor.testkit.repository;

import org.jspecify.annotations.NullMarked;
