/**
 * Following a server: its binary log is received as a replica receives it, and becomes tails of a
 * journal, with exactly the bytes of the server's files.
 *
 * <p>A server keeps its log for as long as it is told to, whoever follows it: nothing is
 * acknowledged to it. What it has deleted before it was received is a <b>gap</b>. Each file of the
 * log is a timeline of the journal. A second session asks the server for its time and then for
 * where its log ends: when the log is durable up to there, everything is that was acknowledged by
 * that time; this is the <b>proof</b> that moves a window's end.
 *
 * <p>Source: MySQL internals, "COM_BINLOG_DUMP", "COM_REGISTER_SLAVE"; MariaDB documentation,
 * "Replication Protocol"; {@code sql/sql_repl.cc}.
 */
@NullMarked
package io.salvor.provider.mysql.follow;

import org.jspecify.annotations.NullMarked;
