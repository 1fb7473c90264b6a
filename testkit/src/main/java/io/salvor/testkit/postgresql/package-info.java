/**
 * PostgreSQL servers for tests of versions that a machine need not have installed: an {@link
 * io.salvor.testkit.postgresql.EmbeddedServer} comes from the class path.
 */
@NullMarked
package io.salvor.testkit.postgresql;

import org.jspecify.annotations.NullMarked;
