package io.salvor.engine.posix;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Users and groups by number and by name, as the system's name service tells them ({@code
 * getpwuid_r} and its kin); remembered, so that asking per file is cheap.
 */
public interface Owners {

  /** Name of a user; null when the number has none. */
  @Nullable String userName(long uid) throws PosixException;

  /** Name of a group; null when the number has none. */
  @Nullable String groupName(long gid) throws PosixException;

  /** Number of a user; empty when there is none of that name. */
  OptionalLong uid(String userName) throws PosixException;

  /** Number of a group; empty when there is none of that name. */
  OptionalLong gid(String groupName) throws PosixException;
}
