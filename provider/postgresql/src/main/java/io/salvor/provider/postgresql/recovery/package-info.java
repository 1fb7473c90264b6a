/**
 * Brings a restored data directory to life: a server recovers it to a goal, is asked whether it is
 * sound, is promoted, and stopped.
 *
 * <ul>
 *   <li>A <b>goal</b> is how far recovery goes: the end of the backup, or a point of its WAL.
 *   <li>A <b>WAL supply</b> hands out segments and timeline histories as the server asks for them.
 *   <li>A <b>recovery</b> runs the server on the directory, which nobody else reaches meanwhile.
 *   <li>A <b>scratch server</b> is one that is recovered to be asked, in a <b>scratch place</b>, a
 *       private directory, and is gone with it.
 * </ul>
 *
 * <p>Nothing of how it was recovered stays in the directory: what the server is told goes by its
 * command line.
 */
@NullMarked
package io.salvor.provider.postgresql.recovery;

import org.jspecify.annotations.NullMarked;
