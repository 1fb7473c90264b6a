/** The engine: encrypted, deduplicated repositories, and what keeps and restores them. */
@NullMarked
package io.salvor.engine;

import org.jspecify.annotations.NullMarked;
