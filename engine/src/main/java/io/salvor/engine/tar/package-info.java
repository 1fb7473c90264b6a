/**
 * Entries of files as a tar stream that other programs read: POSIX.1-2001 (pax) with what GNU tar,
 * bsdtar and star have added.
 *
 * <p>Glossary:
 *
 * <ul>
 *   <li><b>header</b>: 512 bytes of ustar that name an entry.
 *   <li><b>record</b>: {@code length key=value\n} in a header of type {@code x} before it, for what
 *       ustar has no room for: long names, nanoseconds, large numbers, extended attributes.
 * </ul>
 *
 * <p>Contract: what is written is a pure function of the entries and their contents. Names are
 * bytes: those that are not UTF-8 stand in the archive as they are. Further names of a file become
 * hard links to its first; holes are kept as GNU tar's sparse format 1.0 does. Sockets, and kinds
 * that this version does not know, have no place in a tar and are passed over. Extracted by {@code
 * tar --xattrs --xattrs-include='*' --acls} as root an archive gives the same tree.
 */
@NullMarked
package io.salvor.engine.tar;

import org.jspecify.annotations.NullMarked;
