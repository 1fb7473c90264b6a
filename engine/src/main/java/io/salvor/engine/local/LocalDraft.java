package io.salvor.engine.local;

import io.salvor.engine.durable.Temporaries.Temporary;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A local file under construction, open for reading and writing, and for mapping. Closing it
 * unpublished removes it.
 */
public final class LocalDraft implements AutoCloseable {
  private final LocalDirectory directory;
  private final Temporary temporary;
  private boolean published;

  LocalDraft(LocalDirectory directory, Temporary temporary) {
    this.directory = directory;
    this.temporary = temporary;
  }

  /** What it is written through. */
  public FileChannel channel() {
    return temporary.channel();
  }

  /** Its temporary place. */
  public Path path() {
    return temporary.path();
  }

  /**
   * Gives it its name, durably, in place of what had that name; mappings of it stay valid.
   *
   * @throws IOException if the disk fails, or somebody has removed the draft
   */
  public void publish(String name) throws IOException {
    directory.publish(temporary, name);
    published = true;
  }

  @Override
  public void close() {
    try {
      temporary.channel().close();
      if (!published) {
        Files.deleteIfExists(temporary.path());
      }
    } catch (IOException e) {
      throw LocalErrors.failed("close", temporary.path(), e);
    }
  }
}
