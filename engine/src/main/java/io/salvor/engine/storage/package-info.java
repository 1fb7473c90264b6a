/**
 * Where a repository's objects lie.
 *
 * <p>A {@link io.salvor.engine.storage.Storage} holds immutable objects under flat names. The
 * contract that every one of them keeps, and that the contract suite tests: an object is either
 * there whole or not there; once {@code commit} or {@code put} has returned, it survives a crash of
 * the machine; a list that begins after that shows it, at the latest after the storage's declared
 * listing lag; nothing above relies on conditional writes or on clocks.
 */
@NullMarked
package io.salvor.engine.storage;

import org.jspecify.annotations.NullMarked;
