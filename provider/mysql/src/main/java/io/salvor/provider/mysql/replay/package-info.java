/**
 * Applying what was captured of a binary log to databases that a backup was restored to, up to a
 * time.
 *
 * <p>A <b>replay</b> goes from where a backup lies in the log up to the last <b>group</b> that
 * counts: transactions are whole or not there at all. Changed rows are handed to the server as they
 * stand in the log, by {@code BINLOG}, under the names that the tables have in the target;
 * <b>statements</b> that define something are run with the settings of the session that they come
 * from, the names in them exchanged. What is of other databases is left out. The log is read once
 * to plan, so that what cannot be applied is told before anything is written, and once to apply.
 *
 * <p>Source: MariaDB documentation, "BINLOG", "Query_event", "Table_map_event", "Rows_event";
 * {@code sql/log_event.h}; {@code client/mysqlbinlog.cc}.
 */
@NullMarked
package io.salvor.provider.mysql.replay;

import org.jspecify.annotations.NullMarked;
