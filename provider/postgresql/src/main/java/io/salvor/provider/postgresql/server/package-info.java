/**
 * PostgreSQL's programs on this machine: an <b>installation</b> of one major version, and a
 * <b>server process</b> of it on a data directory, as restores start it to recover, to look, and to
 * take tables out. Servers refuse to run as root; an <b>operating-system user</b> is who they run
 * as then.
 */
@NullMarked
package io.salvor.provider.postgresql.server;

import org.jspecify.annotations.NullMarked;
