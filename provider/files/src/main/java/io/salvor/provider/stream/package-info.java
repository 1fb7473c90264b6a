/**
 * Streams as sources: standard input, and what a command writes to its standard output.
 *
 * <p>Such a source has one entry, a file of mode 0600 that belongs to whoever made the backup: key
 * {@code stdin}, address {@code stdin:}; or key {@code stdout}, address {@code command:} and the
 * command line. There is no entry at the root. A stream is always read whole. A command that ends
 * with another status than 0 fails the backup, which then is not sealed; a cancelled backup ends
 * the command and what it has started.
 */
@NullMarked
package io.salvor.provider.stream;

import org.jspecify.annotations.NullMarked;
