/**
 * Cutting byte streams into chunks (docs/format.md §6.1).
 *
 * <p>A <em>cut</em> is a place in a stream where one chunk ends and the next begins.
 * Content-defined cuts depend on the bytes around them, so that an insertion moves few of them;
 * fixed blocks are for files that are changed page by page. Cutting does not bind readers, but only
 * writers that cut alike share blobs.
 */
@NullMarked
package io.salvor.engine.chunk;

import org.jspecify.annotations.NullMarked;
