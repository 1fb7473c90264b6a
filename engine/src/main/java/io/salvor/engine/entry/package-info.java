/**
 * Entries (docs/format.md §9): what a backup's tree keeps of a file, a directory, a link…
 *
 * <p>{@link io.salvor.engine.entry.Entry} is the value, {@link io.salvor.engine.entry.EntryCodec}
 * its bytes, {@link io.salvor.engine.entry.EntryField} what two of them can differ in. Names are
 * bytes, times have nanoseconds; what is unknown is null or left out. An entry copied from one tree
 * to another should be copied as bytes: reading and writing it drops fields that this version does
 * not know.
 */
@NullMarked
package io.salvor.engine.entry;

import org.jspecify.annotations.NullMarked;
