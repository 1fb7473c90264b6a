/**
 * Finding damage: by structure, by a sample, or by reading every byte, and telling which backups it
 * touches.
 */
@NullMarked
package io.salvor.engine.verify;

import org.jspecify.annotations.NullMarked;
