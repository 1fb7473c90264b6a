package io.salvor.engine.storage;

import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An object of a directory being written to a temporary file. */
final class DirectoryWriter implements ObjectWriter {
  private enum State {
    OPEN,
    FAILED,
    DONE
  }

  private final ObjectName name;
  private final Path target;
  private final Temporary temporary;
  private final DirectoryTree tree;
  private final DirectoryErrors errors;
  private State state = State.OPEN;
  private long written;

  DirectoryWriter(
      ObjectName name,
      Path target,
      Temporary temporary,
      DirectoryTree tree,
      DirectoryErrors errors) {
    this.name = name;
    this.target = target;
    this.temporary = temporary;
    this.tree = tree;
    this.errors = errors;
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    requireOpen();
    int before = bytes.remaining();
    try {
      PrivateFiles.writeFully(temporary.channel(), bytes);
      written += before;
    } catch (IOException e) {
      state = State.FAILED;
      written += before - bytes.remaining();
      throw errors.notStored(name, written, bytes.remaining(), e);
    }
  }

  @Override
  public void commit() throws IOException {
    requireOpen();
    // A failed force is final: the kernel drops what it could not write and reports that once.
    state = State.FAILED;
    try {
      temporary.channel().force(true);
      temporary.channel().close();
      if (isThereAlready()) {
        tree.forceParent(target);
        Files.deleteIfExists(temporary.path());
      } else {
        tree.publish(temporary.path(), target);
      }
    } catch (IOException e) {
      throw errors.notStored(name, written, 0, e);
    }
    state = State.DONE;
  }

  /**
   * Whether the same bytes have the name already. Then they stay: a rename over them could hide the
   * name for a moment from a list that is being read (tmpfs, btrfs).
   */
  private boolean isThereAlready() throws IOException {
    var present = tree.find(target);
    if (present == null
        || present.size() != written
        || Files.mismatch(temporary.path(), target) >= 0) {
      return false;
    }
    try (FileChannel channel =
        FileChannel.open(target, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    }
    return true;
  }

  private void requireOpen() {
    if (state != State.OPEN) {
      throw new IllegalStateException(name + (state == State.DONE ? " is committed" : " failed"));
    }
  }

  @Override
  public void close() throws IOException {
    if (state == State.DONE) {
      return;
    }
    state = State.FAILED;
    temporary.channel().close();
    try {
      Files.deleteIfExists(temporary.path());
    } catch (IOException e) {
      throw errors.failed("remove the unfinished " + name, e);
    }
  }
}
