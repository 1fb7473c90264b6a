/**
 * The binary log of servers: what is in its files, and what was captured of them.
 *
 * <p>A binary log is a row of numbered <b>files</b>; a <b>place</b> is a file's number and an
 * offset in it. A file begins with four bytes of magic, then come <b>events</b>, each with a header
 * of 19 bytes and, where the server makes them, a checksum at its end; the first is the file's
 * <b>format</b>. Events from one that begins to one that ends it are a <b>group</b>: a transaction,
 * or a statement that defines something. A group lies in one file. In a journal each file is a
 * timeline of its own, by its number.
 *
 * <p>Source: MySQL internals, "Binlog Event" and "Binlog Network Stream"; MariaDB documentation,
 * "Replication Protocol"; {@code sql/log_event.h}.
 */
@NullMarked
package io.salvor.provider.mysql.binlog;

import org.jspecify.annotations.NullMarked;
