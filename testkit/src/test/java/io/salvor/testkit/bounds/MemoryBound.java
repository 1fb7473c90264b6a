package io.salvor.testkit.bounds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A control group that holds processes to so much memory, page cache included; or nothing where
 * this user or system cannot make one. Needs root, and cgroups of version 1 or 2.
 */
final class MemoryBound implements AutoCloseable {
  private static final Path ROOT = Path.of("/sys/fs/cgroup");

  private final @Nullable Path group;
  private final boolean first;

  private MemoryBound(@Nullable Path group, boolean first) {
    this.group = group;
    this.first = first;
  }

  static MemoryBound of(long bytes) throws IOException {
    String name = "salvor-test-" + ProcessHandle.current().pid();
    boolean first = Files.isDirectory(ROOT.resolve("memory"));
    Path group = (first ? ROOT.resolve("memory") : ROOT).resolve(name);
    try {
      if (!first) {
        Files.writeString(ROOT.resolve("cgroup.subtree_control"), "+memory");
      }
      Files.createDirectories(group);
      Files.writeString(
          group.resolve(first ? "memory.limit_in_bytes" : "memory.max"), Long.toString(bytes));
      Path swap = group.resolve(first ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
      if (Files.exists(swap)) {
        Files.writeString(swap, first ? Long.toString(bytes) : "0");
      }
      return new MemoryBound(group, first);
    } catch (IOException e) {
      Files.deleteIfExists(group);
      return new MemoryBound(null, first);
    }
  }

  /** Whether processes are held to it. */
  boolean holds() {
    return group != null;
  }

  /** The command, such that its process is in the group from its start. */
  List<String> enter(List<String> command) {
    if (group == null) {
      return command;
    }
    String script = "echo $$ > '" + group.resolve("cgroup.procs") + "' && exec \"$@\"";
    List<String> entering = new java.util.ArrayList<>(List.of("sh", "-c", script, "sh"));
    entering.addAll(command);
    return entering;
  }

  /** What the group used at most, page cache included, in bytes; 0 if nobody knows. */
  long peak() throws IOException {
    if (group == null) {
      return 0;
    }
    Path peak = group.resolve(first ? "memory.max_usage_in_bytes" : "memory.peak");
    return Files.exists(peak) ? Long.parseLong(Files.readString(peak).strip()) : 0;
  }

  @Override
  public void close() throws IOException {
    if (group != null) {
      Files.deleteIfExists(group);
    }
  }
}
