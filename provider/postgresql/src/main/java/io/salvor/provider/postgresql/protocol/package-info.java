/**
 * PostgreSQL's frontend/backend protocol, version 3, as far as a backup needs it: login, simple
 * queries, the replication commands, and copying in either direction and in both. JDBC drivers
 * cannot run {@code BASE_BACKUP}, which answers with result sets around a copy.
 *
 * <p>An <b>endpoint</b> says where a server is and as whom to log in; a <b>connection</b> is logged
 * in; an <b>exchange</b> is one command with its answers; a <b>copy</b> is a stream of messages
 * within it. Bytes that break the protocol end the connection; what the server itself reports is a
 * {@link io.salvor.provider.postgresql.protocol.ServerError} with its SQLSTATE.
 *
 * <p>Source: PostgreSQL documentation, "Frontend/Backend Protocol" and "Streaming Replication
 * Protocol".
 */
@NullMarked
package io.salvor.provider.postgresql.protocol;

import org.jspecify.annotations.NullMarked;
