/**
 * Servers of MongoDB: where they are, and who logs in.
 *
 * <p>An <b>endpoint</b> is an address as a person writes it, a connection string without a
 * password; a <b>server</b> is what the driver reaches under it: one server, a replica set, or a
 * sharded cluster; <b>troubles</b> tell what a failure means and which statement helps. Passwords
 * come from {@code MONGODB_PASSWORD} or the file that {@code MONGODB_PASSWORD_FILE} names, never
 * from an argument. The driver is loaded by nothing but {@link Server} and what works with it.
 *
 * <p>Source: MongoDB Manual, "Connection Strings", "Error Codes", "Built-In Roles".
 */
@NullMarked
package io.salvor.provider.mongodb;

import org.jspecify.annotations.NullMarked;
