/**
 * The write-ahead log (WAL) of a cluster, followed continuously.
 *
 * <p>A <b>position</b> is an {@link io.salvor.provider.postgresql.wal.Lsn}, a byte of the WAL. A
 * <b>timeline</b> is one history of a cluster; it begins with each promotion, at a position of
 * another timeline, which its <b>history file</b> tells. A <b>segment</b> is a file of WAL, of a
 * size that the cluster was made with.
 *
 * <p>What was captured of one cluster is its {@link io.salvor.provider.postgresql.wal.WalArchive}:
 * <b>stretches</b> without a <b>gap</b> in them, by timeline. Whoever recovers asks {@link
 * io.salvor.provider.postgresql.wal.WalArchives#of} for those of an address, chooses the one of his
 * base backup's system identifier, asks it how far the base backup <b>reaches</b>, and has the
 * segments and history files written to a directory in which the server's {@code restore_command}
 * finds them. A segment that is not full is written with zeros at its end, in full length, as a
 * server wants it.
 *
 * <p>Source: PostgreSQL documentation, "Streaming Replication Protocol", "Continuous Archiving and
 * Point-in-Time Recovery"; {@code xlog_internal.h} for the names of files.
 */
@NullMarked
package io.salvor.provider.postgresql.wal;

import org.jspecify.annotations.NullMarked;
