/**
 * The sorted tree of a backup (docs/format.md §8): keys, nodes, building, iteration, ranges,
 * differences, and content lists.
 *
 * <p>A tree is a pure function of its entries and the repository's boundary key, so that equal
 * parts of two backups are the same nodes, and comparing costs what differs.
 */
@NullMarked
package io.salvor.engine.tree;

import org.jspecify.annotations.NullMarked;
