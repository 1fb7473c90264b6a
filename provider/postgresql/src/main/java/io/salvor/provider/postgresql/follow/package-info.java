/**
 * Following a cluster: its WAL is received over the replication protocol as it is written, and
 * becomes tails of a journal; the server is told of a position only when the tail that has it is
 * durable in the repository.
 *
 * <p>The server keeps WAL for the follower in a physical <b>replication slot</b>, whose name comes
 * from the repository's id. A tail is closed at once when the last one is 200 ms old, else when it
 * is; in <b>synchronous</b> mode whenever the one before is durable. While nothing comes a
 * <b>beat</b> says every few seconds until when there was nothing. What is sent lags behind what is
 * flushed: so a time counts as proven only when a later message has shown that everything which had
 * been flushed by then has come.
 *
 * <p>Source: PostgreSQL documentation, "Streaming Replication Protocol"; {@code walsender.c};
 * {@code receivelog.c} for going from a timeline to the next.
 */
@NullMarked
package io.salvor.provider.postgresql.follow;

import org.jspecify.annotations.NullMarked;
