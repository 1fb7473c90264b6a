/**
 * Content lists (docs/format.md §8): what a file consists of.
 *
 * <p>A content is a row of {@link io.salvor.engine.content.Extent extents}, data blobs and holes. A
 * short row lies in the entry, a long one is a tree of its own, cut by the blobs' ids: two versions
 * of a large file share what is equal. An entry keeps a {@link
 * io.salvor.engine.content.ContentRef}; {@link io.salvor.engine.content.ContentWriter} makes it,
 * {@link io.salvor.engine.content.ContentReader} walks it from any offset.
 */
@NullMarked
package io.salvor.engine.content;

import org.jspecify.annotations.NullMarked;
