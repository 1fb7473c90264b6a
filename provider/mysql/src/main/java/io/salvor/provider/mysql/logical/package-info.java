/**
 * Databases of a server as a source and as a target: statements that make their objects, and their
 * rows.
 *
 * <p>Rows are read by plain queries under one consistent <b>snapshot</b> that several sessions
 * share, in the order of the primary key, each row a line of <b>row text</b> that {@code LOAD DATA}
 * understands. Definitions are what {@code SHOW CREATE} says, with the database in use, so that
 * they do not name it. Keys: {@code tables/<database>/<table>} are rows, {@code
 * definitions/<database>/<type>/…} objects, the part after the type being the table where an object
 * belongs to one, {@code users/<user@host>} accounts, {@code position} where the binary log stood.
 *
 * <p>Source: MariaDB Server documentation, "START TRANSACTION", "FLUSH", "SHOW CREATE TABLE", "LOAD
 * DATA INFILE", "Information Schema".
 */
@NullMarked
package io.salvor.provider.mysql.logical;

import org.jspecify.annotations.NullMarked;
