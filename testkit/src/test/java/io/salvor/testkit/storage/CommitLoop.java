package io.salvor.testkit.storage;

import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Random;

/** The process that {@link KilledWriterTest} kills: commits, deletes, and says so afterwards. */
final class CommitLoop {
  private static final int THREADS = 4;

  private CommitLoop() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    DirectoryStorage storage = DirectoryStorage.open(directory);
    for (int i = 0; i < THREADS; i++) {
      int thread = i;
      Thread.ofPlatform().start(() -> run(storage, seed, thread));
    }
  }

  private static void run(DirectoryStorage storage, long seed, int thread) {
    Random random = new Random(seed * THREADS + thread);
    for (int i = 0; ; i++) {
      ObjectName name =
          new ObjectName("packs/%02x/%d-%d-%d".formatted(random.nextInt(8), seed, thread, i));
      try {
        storage.put(name, content(name));
        say("put", name);
        if (random.nextInt(4) == 0) {
          say("deleting", name);
          storage.delete(name);
          say("deleted", name);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** One line, ended by a mark that shows that it is whole. */
  private static void say(String what, ObjectName name) {
    PrintStream out = System.out;
    synchronized (out) {
      out.print(what + " " + name + " .\n");
      out.flush();
    }
  }

  /** The only right content of an object, up to 256 KiB. */
  static byte[] content(ObjectName name) {
    Random random = new Random(name.value().hashCode());
    byte[] content = new byte[random.nextInt(1 << random.nextInt(1, 19))];
    random.nextBytes(content);
    return content;
  }
}
