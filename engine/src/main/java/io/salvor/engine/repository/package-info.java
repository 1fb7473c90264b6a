/**
 * A repository that has been opened: its storage, its keys, and what is read and written by way of
 * them. Everything above (backups, verification, restores) is given one.
 */
@NullMarked
package io.salvor.engine.repository;

import org.jspecify.annotations.NullMarked;
