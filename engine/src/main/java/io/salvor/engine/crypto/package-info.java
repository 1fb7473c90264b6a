/**
 * Keys and sealed objects (docs/format.md §4 and §5).
 *
 * <p>A <em>credential</em> opens a <em>key ring</em>; the ring makes and opens the <em>object
 * keys</em>, one random key for each object; an object key seals frames with counter nonces. Ids of
 * blobs, the chunker's table and the tree's boundaries are keyed by the ring as well.
 */
@NullMarked
package io.salvor.engine.crypto;

import org.jspecify.annotations.NullMarked;
