/**
 * Packs: the objects that hold blobs (docs/format.md §6).
 *
 * <p>A <em>frame</em> is one or more blobs compressed and encrypted together; small blobs share
 * frames. A <em>pack</em> is a header, frames, a directory of them, a trailer and a hash. {@link
 * io.salvor.engine.pack.BlobWriter} takes blobs in and writes packs; what it was given is durable
 * after a flush, and found by others once index segments name the packs. {@link
 * io.salvor.engine.pack.BlobReader} gives blobs back; {@link io.salvor.engine.pack.PackReader}
 * checks whole packs, or learns from a pack alone what is in it.
 *
 * <p>Data and tree blobs travel in <em>lanes</em> of their own: callers fill frames, workers
 * compress them, and one thread a lane numbers, encrypts and writes them in the order in which they
 * were filled. All of it is bounded by the buffers that a writer may have.
 */
@NullMarked
package io.salvor.engine.pack;

import org.jspecify.annotations.NullMarked;
