/**
 * A whole cluster, physically: a <b>base backup</b> that the server sends over the replication
 * protocol, as the files of a data directory.
 *
 * <p>Entries are the files as they lie in a data directory, at their paths in it; those of a
 * tablespace below {@code pg_tblspc/<oid>}, and where each of them lay stands in {@code
 * tablespace_map}. Files of relations are cut into fixed blocks, so that a page that has changed
 * costs its block and no more. The WAL that makes the backup consistent is among the entries, and
 * so are {@code backup_label} and the server's {@code backup_manifest}, whose checksums are held
 * against what has come.
 *
 * <p>Source: PostgreSQL documentation, "Streaming Replication Protocol", {@code BASE_BACKUP};
 * "Backup Manifest Format".
 */
@NullMarked
package io.salvor.provider.postgresql.cluster;

import org.jspecify.annotations.NullMarked;
