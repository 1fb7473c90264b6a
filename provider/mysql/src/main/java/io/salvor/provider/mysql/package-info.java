/**
 * Servers that speak the protocol of MySQL, MariaDB above all: where they are, and who logs in.
 *
 * <p>An <b>endpoint</b> is an address as a person writes it; a <b>session</b> is one connection
 * whose texts are the same wherever and whenever they are read; <b>troubles</b> tell what a failure
 * means and which statement helps. Passwords come from {@code MYSQL_PWD} and the client's <b>option
 * file</b>, never from an argument.
 *
 * <p>Source: MariaDB Server documentation, "Error Codes", "Option Files", "GRANT".
 */
@NullMarked
package io.salvor.provider.mysql;

import org.jspecify.annotations.NullMarked;
