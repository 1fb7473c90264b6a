/**
 * One database as a source and as a target: statements that make its objects, and their rows.
 *
 * <p>Definitions come from the server's own {@code pg_dump}, whose <b>archive</b> tells objects,
 * their statements and what they need of each other; rows by {@code COPY}, tables side by side, all
 * of it under one exported <b>snapshot</b>. Keys: {@code tables/<schema>/<table>} are rows, {@code
 * definitions/<schema>/<type>/…} what lies in a schema, the part after the type being the
 * <b>relation</b> (table, view…) where it belongs to one, {@code database/<type>/<name>} what lies
 * in none, {@code large-objects/<oid>}.
 *
 * <p>A table is compared by its <b>digest</b>: a sum over its rows, whatever their order.
 *
 * <p>Contents come from a <b>supply</b>: a repository, or a <b>scratch database</b>, one of a
 * server that was recovered from a physical backup to take tables out.
 *
 * <p>Source: PostgreSQL documentation, "COPY", "pg_dump", "Snapshot Synchronization Functions"; the
 * archive's format by {@code pg_backup_archiver.c} of PostgreSQL 15 to 18.
 */
@NullMarked
package io.salvor.provider.postgresql.logical;

import org.jspecify.annotations.NullMarked;
