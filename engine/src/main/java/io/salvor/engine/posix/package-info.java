/**
 * Safe file access relative to directory handles: what a POSIX system tells of a file and NIO does
 * not.
 *
 * <p>Glossary:
 *
 * <ul>
 *   <li><b>name</b>: one path component as raw bytes, never a {@code String}: not empty, not {@code
 *       .} or {@code ..}, without {@code /} and NUL. Anything else is refused with {@code EINVAL}
 *       before the kernel sees it, so a hostile name never leaves its directory.
 *   <li><b>dir</b>: an open directory. All descent goes from handle to handle and never follows a
 *       symbolic link; hence paths may be of any depth and length, and a link put in place
 *       meanwhile is refused.
 *   <li><b>capability</b>: what the system at hand can do. The native implementation (Linux,
 *       foreign functions) has nearly all, the NIO fallback announces what it lacks.
 * </ul>
 *
 * <p>Contract: every failure is a {@link io.salvor.engine.posix.PosixException} with its errno;
 * interrupted calls are repeated; handles may be used by several threads at once; the caller closes
 * every handle. What an implementation cannot do it refuses with {@code EOPNOTSUPP}, never
 * silently.
 */
@NullMarked
package io.salvor.engine.posix;

import org.jspecify.annotations.NullMarked;
