/**
 * What key holders do about write-only clients.
 *
 * <p>A <em>write-only client</em> is a machine that backs itself up and can read nothing that is
 * backed up (docs/format.md §5.3). What its index segments say counts for nobody else until a key
 * holder has read the packs back and published what they hold under the authority's signature:
 * {@link io.salvor.engine.writer.Intake}.
 */
@NullMarked
package io.salvor.engine.writer;

import org.jspecify.annotations.NullMarked;
