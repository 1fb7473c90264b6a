package io.salvor.engine.restore;

import io.salvor.engine.local.LocalDraft;
import io.salvor.engine.local.LocalErrors;
import io.salvor.engine.posix.MappedAdvice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Files by device and inode, each with some numbers: a hash table that lies in a mapped local file
 * as soon as it is not small, so that millions need no memory that the system could not take back.
 * For one thread. Fails with LOCAL_STATE where that file cannot be written.
 */
final class FileTable implements AutoCloseable {
  private static final long FREE = 0;
  private static final long USED = 1;
  private static final long DEAD = 2;
  private static final int HEAD = 3;
  private static final int SMALLEST = 64;
  private static final int LARGEST_IN_MEMORY = 4096;
  private static final int PIECE = 1 << 20;

  private final Supplier<LocalDraft> scratch;
  private final int width;
  private Slots slots;
  private long alive;
  private long taken;

  /** Where the slots lie, which is closed with its file. */
  private static final class Slots implements AutoCloseable {
    private final MemorySegment memory;
    private final long count;
    private final @Nullable Arena arena;
    private final @Nullable LocalDraft file;

    Slots(MemorySegment memory, long count, @Nullable Arena arena, @Nullable LocalDraft file) {
      this.memory = memory;
      this.count = count;
      this.arena = arena;
      this.file = file;
    }

    @Override
    public void close() {
      if (arena != null) {
        arena.close();
      }
      if (file != null) {
        file.close();
      }
    }
  }

  /**
   * An empty table.
   *
   * @param scratch gives files that go when they are closed
   * @param columns numbers for each file
   */
  FileTable(Supplier<LocalDraft> scratch, int columns) {
    this.scratch = scratch;
    this.width = HEAD + columns;
    this.slots = inMemory(SMALLEST);
  }

  private Slots inMemory(long count) {
    long[] words = new long[Math.toIntExact(count * width)];
    return new Slots(MemorySegment.ofArray(words), count, null, null);
  }

  private Slots onDisk(long count) {
    LocalDraft file = scratch.get();
    Arena arena = Arena.ofConfined();
    Slots made = new Slots(MemorySegment.NULL, count, arena, file);
    try {
      long size = count * width * Long.BYTES;
      // Written, not left out: a mapped page for which there is no room could only be killed for.
      ByteBuffer zeros = ByteBuffer.allocate(PIECE);
      for (long at = 0; at < size; at += PIECE) {
        zeros.position(0).limit((int) Math.min(PIECE, size - at));
        for (long to = at; zeros.hasRemaining(); ) {
          to += file.channel().write(zeros, to);
        }
      }
      MemorySegment map = file.channel().map(FileChannel.MapMode.READ_WRITE, 0, size, arena);
      MappedAdvice.random(map);
      return new Slots(map, count, arena, file);
    } catch (IOException e) {
      made.close();
      throw LocalErrors.failed("write", file.path(), e);
    }
  }

  /**
   * The slot of a file, negative if it is not there. A slot is good until the next {@link #add}.
   */
  long find(long device, long inode) {
    long slot = seek(slots, device, inode);
    return word(slots, slot, 0) == USED ? slot : -1;
  }

  boolean contains(long device, long inode) {
    return find(device, inode) >= 0;
  }

  /** Adds a file that is not there, with numbers of 0; gives its slot. */
  long add(long device, long inode) {
    if (3 * taken >= 2 * slots.count) {
      rebuild();
    }
    long slot = seek(slots, device, inode);
    put(slots, slot, device, inode);
    alive++;
    taken++;
    return slot;
  }

  void remove(long slot) {
    set(slots, slot, 0, DEAD);
    alive--;
  }

  long get(long slot, int column) {
    return word(slots, slot, HEAD + column);
  }

  void set(long slot, int column, long value) {
    set(slots, slot, HEAD + column, value);
  }

  /** Makes room: twice as much, unless enough of what is there was removed. */
  private void rebuild() {
    Slots old = slots;
    long count = 3 * alive >= old.count ? 2 * old.count : old.count;
    Slots larger = count <= LARGEST_IN_MEMORY ? inMemory(count) : onDisk(count);
    for (long slot = 0; slot < old.count; slot++) {
      if (word(old, slot, 0) == USED) {
        long device = word(old, slot, 1);
        long inode = word(old, slot, 2);
        long to = seek(larger, device, inode);
        put(larger, to, device, inode);
        for (int i = HEAD; i < width; i++) {
          set(larger, to, i, word(old, slot, i));
        }
      }
    }
    slots = larger;
    taken = alive;
    old.close();
  }

  private void put(Slots in, long slot, long device, long inode) {
    set(in, slot, 0, USED);
    set(in, slot, 1, device);
    set(in, slot, 2, inode);
    for (int i = HEAD; i < width; i++) {
      set(in, slot, i, 0);
    }
  }

  /** Where a file is, or the free slot where it would be. */
  private long seek(Slots in, long device, long inode) {
    long hash = (inode * 0x9E3779B97F4A7C15L) ^ (device * 0xC2B2AE3D27D4EB4FL);
    hash ^= hash >>> 32;
    long slot = hash & in.count - 1;
    while (true) {
      long state = word(in, slot, 0);
      if (state == FREE
          || (state == USED && word(in, slot, 1) == device && word(in, slot, 2) == inode)) {
        return slot;
      }
      slot = slot + 1 & in.count - 1;
    }
  }

  private long word(Slots in, long slot, int word) {
    return in.memory.getAtIndex(ValueLayout.JAVA_LONG, slot * width + word);
  }

  private void set(Slots in, long slot, int word, long value) {
    in.memory.setAtIndex(ValueLayout.JAVA_LONG, slot * width + word, value);
  }

  @Override
  public void close() {
    slots.close();
  }
}
