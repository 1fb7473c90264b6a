/**
 * The server's programs on this machine, and a <b>trial server</b>: one in a directory of its own,
 * started for what is tried or shown on it.
 *
 * <p>Source: MariaDB Server documentation, "mariadb-install-db", "mariadbd Options".
 */
@NullMarked
package io.salvor.provider.mysql.server;

import org.jspecify.annotations.NullMarked;
