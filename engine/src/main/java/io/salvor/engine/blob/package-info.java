/**
 * Blobs: immutable byte strings of 1 byte to 8 MiB, known by a keyed hash of their content.
 *
 * <p>Files' contents are cut into data blobs; tree nodes, content lists and large values are tree
 * blobs. Whoever writes blobs sees {@link io.salvor.engine.blob.BlobSink}, whoever reads them
 * {@link io.salvor.engine.blob.BlobSource}; packs, frames and the index are behind these.
 */
@NullMarked
package io.salvor.engine.blob;

import org.jspecify.annotations.NullMarked;
