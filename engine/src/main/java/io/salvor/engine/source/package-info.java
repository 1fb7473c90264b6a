/**
 * What a provider gives the engine: sources that are captured.
 *
 * <p>A {@link io.salvor.engine.source.Provider} knows one kind of source by its addresses. A {@link
 * io.salvor.engine.source.Source} walks what it protects in key order and hands every entry to a
 * {@link io.salvor.engine.source.Capture}; an entry that cannot be read is reported and the rest
 * goes on. Targets, the other half of a provider, are in {@code engine.restore}.
 */
@NullMarked
package io.salvor.engine.source;

import org.jspecify.annotations.NullMarked;
