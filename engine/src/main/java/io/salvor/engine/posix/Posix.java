package io.salvor.engine.posix;

import java.nio.file.Path;

/** The file system of the machine, as far as it can be reached; see {@link #capabilities()}. */
public interface Posix {

  /** The native one where it is to be had (Linux, foreign functions permitted), else NIO's. */
  static Posix system() {
    return SystemPosix.INSTANCE;
  }

  /** What it can do, and what is missing. */
  Capabilities capabilities();

  /** Opens a directory by the user's own path: links in it are followed, any length is taken. */
  Dir openRoot(Path path) throws PosixException;

  /** As {@link #openRoot(Path)}, by raw bytes. */
  Dir openRoot(byte[] path) throws PosixException;

  /** Users and groups. */
  Owners owners();

  /** User the process acts as; {@link Stat#UNKNOWN} where not told. */
  long effectiveUid();

  /** Group the process acts as; {@link Stat#UNKNOWN} where not told. */
  long effectiveGid();

  /** Permission bits that new files lose. */
  int umask() throws PosixException;
}
