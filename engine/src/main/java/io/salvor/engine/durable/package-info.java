/**
 * Private files that survive a crash of the machine.
 *
 * <p>A file is <em>published</em> when it was written whole under a temporary name, forced to the
 * disk, renamed to its own name, and its directory forced as well. Everything made here is readable
 * by its owner alone: directories 0700, files 0600, whatever the umask. A <em>temporary</em>
 * carries the mark of the process that writes it, so that what a killed process left is cleared by
 * a later one, and what a living one writes is never touched.
 */
@NullMarked
package io.salvor.engine.durable;

import org.jspecify.annotations.NullMarked;
