package io.salvor.provider.postgresql.recovery;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What a recovering server says, in English for it was told to. Its words are the only thing that
 * tells, without a login, where it stands. For one thread.
 */
final class RecoveryLog {
  private static final int KEPT = 40;
  private static final String STOPPING = "recovery stopping ";
  private static final String DONE = "redo done at ";
  private static final String LAST = "last completed transaction was at log time ";

  private final Path file;
  private final Deque<String> last = new ArrayDeque<>();
  private final StringBuilder line = new StringBuilder();
  private long at;
  private boolean ready;
  private boolean paused;
  private boolean readable;
  private String stopped = "";
  private String lastCommit = "";
  private String fatal = "";
  private String doneAt = "";

  RecoveryLog(Path file) {
    this.file = file;
  }

  /** Takes what has come since. */
  void follow() throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(at);
      byte[] bytes = new byte[(int) Math.min(1 << 20, in.length() - at)];
      in.readFully(bytes);
      at += bytes.length;
      for (char c : new String(bytes, StandardCharsets.UTF_8).toCharArray()) {
        if (c == '\n') {
          take(line.toString());
          line.setLength(0);
        } else {
          line.append(c);
        }
      }
    }
  }

  private void take(String text) {
    last.add(text);
    if (last.size() > KEPT) {
      last.remove();
    }
    ready |= text.endsWith("database system is ready to accept connections");
    paused |= text.endsWith("pausing at the end of recovery");
    readable |= text.endsWith("database system is ready to accept read-only connections");
    int stopping = text.indexOf(STOPPING);
    if (stopping >= 0) {
      stopped = text.substring(stopping + STOPPING.length());
    }
    int commit = text.indexOf(LAST);
    if (commit >= 0) {
      lastCommit = text.substring(commit + LAST.length());
    }
    int done = text.indexOf(DONE);
    if (done >= 0) {
      doneAt = text.substring(done + DONE.length());
    }
    int end = text.indexOf("FATAL: ");
    if (end >= 0 && fatal.isEmpty()) {
      fatal = text.substring(end + "FATAL: ".length()).strip();
    }
  }

  /** Whether it takes connections that write. */
  boolean isReady() {
    return ready;
  }

  /** Whether it takes connections that read. */
  boolean isReadable() {
    return readable;
  }

  /** Whether it waits at its goal. */
  boolean isPaused() {
    return paused;
  }

  /** Where it has stopped: {@code before commit of transaction 742, time …}; empty at the end. */
  String stopped() {
    return stopped;
  }

  /** The time of the last commit that was replayed, as the server writes it; empty for none. */
  String lastCommit() {
    return lastCommit;
  }

  /** Why it has ended; empty if it has not said. */
  String fatal() {
    return fatal;
  }

  /** Where the last record lies that was replayed, as the server says it; empty for none. */
  String doneAt() {
    return doneAt;
  }

  /** Its last lines. */
  List<String> last() {
    return List.copyOf(last);
  }
}
