/**
 * The index: which blob lies in which pack, and where (docs/format.md §7).
 *
 * <p>A <em>directory</em> lists a pack's frames and their blobs. A <em>segment</em> is an immutable
 * object of the repository that lists the directories of some packs; the union of all segments that
 * no other supersedes is the index. A <em>view</em> is a local file that holds the index's entries
 * sorted by blob id, to be looked up where they lie; it can be thrown away at any time, and a
 * damaged one is noticed page by page and built again. The <em>overlay</em> holds in memory what
 * this process has written itself and what is not in a view yet.
 *
 * <p>Memory: lookups read mapped pages; building a view sorts in runs of a fixed size, so that its
 * need of heap does not grow with the repository.
 */
@NullMarked
package io.salvor.engine.index;

import org.jspecify.annotations.NullMarked;
