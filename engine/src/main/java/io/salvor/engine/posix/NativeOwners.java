package io.salvor.engine.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The name service of the C library. */
final class NativeOwners implements Owners {

  private static final long FIRST_BUFFER = 4096;
  private static final long LAST_BUFFER = 64 << 20;

  /** {@code struct passwd} and {@code struct group}: the name is the first, the id at 16. */
  private static final long RECORD = 64;

  private static final long ID = 16;

  /** A tree with more owners than this is rare; then the memory starts anew. */
  private static final int REMEMBERED = 65_536;

  private final Map<Long, Optional<String>> users = new ConcurrentHashMap<>();
  private final Map<Long, Optional<String>> groups = new ConcurrentHashMap<>();
  private final Map<String, OptionalLong> uids = new ConcurrentHashMap<>();
  private final Map<String, OptionalLong> gids = new ConcurrentHashMap<>();

  @Override
  public @Nullable String userName(long uid) throws PosixException {
    return name(users, Calls.GETPWUID, "getpwuid", uid);
  }

  @Override
  public @Nullable String groupName(long gid) throws PosixException {
    return name(groups, Calls.GETGRGID, "getgrgid", gid);
  }

  @Override
  public OptionalLong uid(String userName) throws PosixException {
    return id(uids, Calls.GETPWNAM, "getpwnam", userName);
  }

  @Override
  public OptionalLong gid(String groupName) throws PosixException {
    return id(gids, Calls.GETGRNAM, "getgrnam", groupName);
  }

  private static @Nullable String name(
      Map<Long, Optional<String>> memory, MethodHandle call, String operation, long id)
      throws PosixException {
    Optional<String> known = memory.get(id);
    if (known == null) {
      try (Arena arena = Arena.ofConfined()) {
        int key = (int) id;
        MemorySegment found =
            lookUp(
                arena,
                operation,
                (record, buffer, size, result) ->
                    (int) call.invokeExact(key, record, buffer, size, result));
        known = Optional.ofNullable(found == null ? null : text(found));
      }
      remember(memory, id, known);
    }
    return known.orElse(null);
  }

  private static OptionalLong id(
      Map<String, OptionalLong> memory, MethodHandle call, String operation, String name)
      throws PosixException {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      return OptionalLong.empty();
    }
    OptionalLong known = memory.get(name);
    if (known == null) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment key = arena.allocateFrom(name);
        MemorySegment found =
            lookUp(
                arena,
                operation,
                (record, buffer, size, result) ->
                    (int) call.invokeExact(key, record, buffer, size, result));
        known =
            found == null
                ? OptionalLong.empty()
                : OptionalLong.of(found.get(JAVA_INT, ID) & 0xffff_ffffL);
      }
      remember(memory, name, known);
    }
    return known;
  }

  private static <K, V> void remember(Map<K, V> memory, K key, V value) {
    if (memory.size() >= REMEMBERED) {
      memory.clear();
    }
    memory.put(key, value);
  }

  /** The name, if it is text at all. */
  private static @Nullable String text(MemorySegment entry) {
    MemorySegment name = entry.get(ADDRESS, 0).reinterpret(Integer.MAX_VALUE);
    int length = 0;
    while (name.get(JAVA_BYTE, length) != 0) {
      length++;
    }
    byte[] bytes = name.asSlice(0, length).toArray(JAVA_BYTE);
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf('\uFFFD') >= 0 ? null : text;
  }

  private interface Call {
    int invoke(MemorySegment record, MemorySegment buffer, long size, MemorySegment result)
        throws Throwable;
  }

  /** Calls with ever larger buffers; null when there is no such user or group. */
  private static @Nullable MemorySegment lookUp(Arena arena, String operation, Call call)
      throws PosixException {
    MemorySegment record = arena.allocate(RECORD, 8);
    MemorySegment result = arena.allocate(ADDRESS);
    long size = FIRST_BUFFER;
    while (true) {
      int errno = invoke(call, record, arena.allocate(size), size, result);
      if (errno == Errno.ERANGE.number() && size < LAST_BUFFER) {
        size *= 4;
      } else if (errno != Errno.EINTR.number()) {
        return outcome(errno, operation, record, result);
      }
    }
  }

  private static @Nullable MemorySegment outcome(
      int errno, String operation, MemorySegment record, MemorySegment result)
      throws PosixException {
    if (errno == 0) {
      return result.get(ADDRESS, 0).address() == 0 ? null : record;
    }
    // getpwnam(3): these may be given when there is none of that name.
    Errno known = Errno.of(errno);
    if (known == Errno.ENOENT
        || known == Errno.ESRCH
        || known == Errno.EBADF
        || known == Errno.EPERM) {
      return null;
    }
    throw new PosixException(errno, operation, null);
  }

  private static int invoke(
      Call call, MemorySegment record, MemorySegment buffer, long size, MemorySegment result) {
    try {
      return call.invoke(record, buffer, size, result);
    } catch (RuntimeException | Error unexpected) {
      throw unexpected;
    } catch (Throwable unexpected) {
      throw new AssertionError("a call of the name service threw", unexpected);
    }
  }

  /** Bound when the first owner is asked for. */
  private static final class Calls {

    static final MethodHandle GETPWUID = byNumber("getpwuid_r");
    static final MethodHandle GETGRGID = byNumber("getgrgid_r");
    static final MethodHandle GETPWNAM = byName("getpwnam_r");
    static final MethodHandle GETGRNAM = byName("getgrnam_r");

    private static MethodHandle byNumber(String function) {
      return bind(
          function,
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }

    private static MethodHandle byName(String function) {
      return bind(
          function, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    }

    private static MethodHandle bind(String function, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), type);
    }
  }
}
