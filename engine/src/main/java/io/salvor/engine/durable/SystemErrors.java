package io.salvor.engine.durable;

import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells which error number of the system is behind an exception of NIO, which keeps only the
 * system's text for it. The text is in the language of the process's locale, so it is compared with
 * the C library's own texts.
 */
public final class SystemErrors {
  /** glibc's and musl's texts in the C locale, for when the C library cannot be asked. */
  private static final Map<String, Errno> ENGLISH =
      Map.ofEntries(
          Map.entry("Operation not permitted", Errno.EPERM),
          Map.entry("Input/output error", Errno.EIO),
          Map.entry("I/O error", Errno.EIO),
          Map.entry("Permission denied", Errno.EACCES),
          Map.entry("No such device", Errno.ENODEV),
          Map.entry("Not a directory", Errno.ENOTDIR),
          Map.entry("Is a directory", Errno.EISDIR),
          Map.entry("Invalid argument", Errno.EINVAL),
          Map.entry("Too many open files in system", Errno.ENFILE),
          Map.entry("Too many open files", Errno.EMFILE),
          Map.entry("No file descriptors available", Errno.EMFILE),
          Map.entry("File too large", Errno.EFBIG),
          Map.entry("No space left on device", Errno.ENOSPC),
          Map.entry("Read-only file system", Errno.EROFS),
          Map.entry("File name too long", Errno.ENAMETOOLONG),
          Map.entry("Too many levels of symbolic links", Errno.ELOOP),
          Map.entry("Operation not supported", Errno.EOPNOTSUPP),
          Map.entry("Connection timed out", Errno.ETIMEDOUT),
          Map.entry("Stale file handle", Errno.ESTALE),
          Map.entry("Disk quota exceeded", Errno.EDQUOT));

  private SystemErrors() {}

  /** The error's number; null if it cannot be told. */
  public static @Nullable Errno of(IOException failure) {
    return switch (failure) {
      case PosixException e -> e.errno();
      case AccessDeniedException _ -> Errno.EACCES;
      case NoSuchFileException _ -> Errno.ENOENT;
      case FileAlreadyExistsException _ -> Errno.EEXIST;
      case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
      case NotDirectoryException _ -> Errno.ENOTDIR;
      case FileSystemException e -> ofText(e.getReason());
      default -> ofText(failure.getMessage());
    };
  }

  private static @Nullable Errno ofText(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Errno errno = ENGLISH.get(text);
    return errno != null ? errno : OfThisLocale.TEXTS.get(text);
  }

  /** Loaded at the first text that is not English. */
  private static final class OfThisLocale {
    static final Map<String, Errno> TEXTS = texts();

    private static Map<String, Errno> texts() {
      Map<String, Errno> texts = new HashMap<>();
      try {
        Linker linker = Linker.nativeLinker();
        SymbolLookup lookup = linker.defaultLookup();
        MethodHandle strerror =
            linker.downcallHandle(
                lookup.findOrThrow("strerror"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        Charset charset =
            Charset.forName(
                System.getProperty("sun.jnu.encoding", "UTF-8"), StandardCharsets.UTF_8);
        for (Errno errno : Errno.values()) {
          MemorySegment text = (MemorySegment) strerror.invokeExact(errno.number());
          texts.put(text.reinterpret(1024).getString(0, charset), errno);
        }
      } catch (Throwable e) {
        // Foreign functions may be forbidden to this process; then the English texts are all.
        if (e instanceof VirtualMachineError fatal) {
          throw fatal;
        }
        return Map.of();
      }
      return texts;
    }
  }
}
