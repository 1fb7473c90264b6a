/**
 * Directories as targets of restores.
 *
 * <p>Everything below the target's own path is reached by handles, one component at a time and
 * never through a link (package {@code engine.posix}); so nothing outside is touched, whatever a
 * backup holds and whoever moves things about meanwhile. New content is written under a temporary
 * name beside its place, {@code .salvor-RESTORE-N}, and renamed; directories are made with mode
 * 0700 and get their own metadata when all that lies in them is done.
 */
@NullMarked
package io.salvor.provider.files.target;

import org.jspecify.annotations.NullMarked;
