/**
 * The files provider: captures and restores directories with everything POSIX tells of a file.
 *
 * <p>The capture, from the outside in: a {@link io.salvor.provider.files.FilesProvider} makes a
 * source of paths; its <b>walk</b> goes through a directory in the order of keys, by directory
 * handles only; what it <b>finds</b> goes in <b>batches</b> through a <b>pipeline</b>, in which
 * workers read what is new or changed, to the engine, in order.
 *
 * <p>What becomes of what:
 *
 * <ul>
 *   <li>Unchanged is what has the kind, size, mtime, ctime and inode of the backup before; it is
 *       not opened. Every write, rename, chmod and change of an attribute changes the ctime, which
 *       no program can set. (Linux before 6.13 counts it in ticks of some milliseconds: a change
 *       within the tick in which the file was read is seen only with the change after it.)
 *   <li>A file that changes while it is read is read once more. If it changes again, what was read
 *       is kept, with the size and times it had before, and reported: the backup is partial.
 *   <li>What vanishes or cannot be read is reported with the system's reason, and not kept. Of a
 *       directory that cannot be read its own entry is kept. The rest goes on.
 *   <li>Sockets, fifos and devices are entries, and never opened.
 *   <li>A directory in which the repository or its local state lies is left out, by device and
 *       inode, wherever it comes up.
 *   <li>With one file system, a directory on which another one is mounted is kept as an empty one.
 *   <li>A symbolic link is followed only if it is named as a source and leads to a directory.
 *   <li>A name that is not UTF-8 may be given on the command line as {@code \xNN}: the runtime
 *       passes other bytes on to no Java program.
 * </ul>
 */
@NullMarked
package io.salvor.provider.files;

import org.jspecify.annotations.NullMarked;
