/**
 * Databases of a server as a source and as a target: documents, and the commands that make what
 * they lie in.
 *
 * <p>A collection's documents are kept as the bytes that the server has sent, one after the other,
 * in the order of {@code _id}, which is the same on every member of a replica set; those of
 * <b>capped</b> and time series collections as they lie. Definitions are the commands that make
 * things, as canonical Extended JSON. Where the server can, all is read at one moment, the
 * <b>snapshot</b>. Keys: {@code <database>/<collection>/documents}, {@code …/collection} (options),
 * {@code …/indexes/<name>}, {@code <database>/<view>/view}, {@code <database>/system.users/<name>},
 * {@code <database>/system.roles/<name>}, {@code snapshot}.
 *
 * <p>Source: MongoDB Manual, "Read Concern snapshot", "listCollections", "create", "createIndexes",
 * "renameCollection", "usersInfo"; MongoDB Extended JSON v2; BSON 1.1.
 */
@NullMarked
package io.salvor.provider.mongodb.logical;

import org.jspecify.annotations.NullMarked;
