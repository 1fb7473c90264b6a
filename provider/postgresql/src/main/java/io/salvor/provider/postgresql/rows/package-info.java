/**
 * Rows as {@code COPY} writes them as text, one in a line: put in the order of their keys, and
 * compared.
 *
 * <ul>
 *   <li>A <b>key</b> is the text of the columns that tell a row from all others.
 *   <li><b>Changes</b> are the rows that must be added, changed or deleted, so that one table
 *       becomes like another.
 * </ul>
 *
 * <p>Memory is bounded whatever the tables' size; what does not fit lies in files that have no
 * name, so that nothing of them outlives the process.
 *
 * <p>Source: PostgreSQL documentation, "COPY", "Text Format": tabs and line ends within values are
 * written as escapes.
 */
@NullMarked
package io.salvor.provider.postgresql.rows;

import org.jspecify.annotations.NullMarked;
