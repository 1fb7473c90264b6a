/** How long work tells of itself and is asked to stop. */
@NullMarked
package io.salvor.engine.progress;

import org.jspecify.annotations.NullMarked;
