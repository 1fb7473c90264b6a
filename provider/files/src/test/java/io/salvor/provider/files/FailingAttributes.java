package io.salvor.provider.files;

import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Errno;
import io.salvor.engine.posix.FileHandle;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** The machine's file system, of which no extended attribute can be read. */
final class FailingAttributes {
  private static final Set<Class<?>> WATCHED = Set.of(Dir.class, FileHandle.class);

  private FailingAttributes() {}

  static Posix of(Posix posix) {
    return around(Posix.class, posix);
  }

  private static <T> T around(Class<T> type, T inner) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              if (method.getName().equals("getXattr")) {
                throw new PosixException(Errno.EIO, "getxattr", null);
              }
              Object result;
              try {
                result = method.invoke(inner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return result != null && WATCHED.contains(method.getReturnType())
                  ? wrapped(method.getReturnType(), result)
                  : result;
            });
    return type.cast(proxy);
  }

  private static <T> T wrapped(Class<T> type, Object inner) {
    return around(type, type.cast(inner));
  }
}
