/**
 * Failures as values that a person can act on.
 *
 * <p>Every failure that leaves the engine is a {@link io.salvor.engine.error.SalvorException}: a
 * stable code, what failed, why, what to do, whether trying again can help, and the exit code of
 * the command that met it. The codes are documented in {@code docs/errors.md}, which a test holds
 * against {@link io.salvor.engine.error.ErrorCode}.
 */
@NullMarked
package io.salvor.engine.error;

import org.jspecify.annotations.NullMarked;
