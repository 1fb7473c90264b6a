package io.salvor.testkit.repository;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/**
 * Very many small files, made up as they are read: directories of a thousand, each file of up to
 * 2000 bytes that compress by half. They look like those of the files provider, so that they can be
 * restored as such.
 *
 * @param entries how many, directories included
 */
public record GeneratedSource(int entries) implements Source {
  private static final int IN_DIRECTORY = 1000;
  private static final int MOST = 2000;

  @Override
  public String provider() {
    return "files";
  }

  @Override
  public String address() {
    return "/generated";
  }

  @Override
  public List<byte[]> paths() {
    return List.of();
  }

  @Override
  public List<Warning> warnings() {
    return List.of();
  }

  @Override
  public void capture(Capture capture) throws IOException {
    capture.put(Key.ROOT, directory());
    byte[] buffer = new byte[MOST];
    String directory = "";
    for (int i = 1; i < entries; i++) {
      int within = (i - 1) % IN_DIRECTORY;
      if (within == 0) {
        directory = "directory %05d".formatted(i / IN_DIRECTORY);
        capture.put(Key.of(directory), directory());
        continue;
      }
      Key key = Key.of(directory, "file %03d".formatted(within));
      PosixTime mtime = new PosixTime(1_700_000_000L + i, i);
      Entry before = capture.previous(key);
      capture.put(
          key,
          before != null && before.mtime().equals(mtime)
              ? before
              : file(capture, i, buffer, mtime));
    }
  }

  private static Entry directory() {
    return Entry.builder(EntryKind.DIRECTORY)
        .mode(0755)
        .mtime(new PosixTime(1_700_000_000L, 0))
        .build();
  }

  private static Entry file(Capture capture, int number, byte[] buffer, PosixTime mtime)
      throws IOException {
    int size = fill(number, buffer);
    ContentSink content = capture.content();
    content.write(buffer, 0, size);
    ContentRef ref = content.finish();
    return Entry.builder(EntryKind.FILE).mode(0644).content(size, ref).mtime(mtime).build();
  }

  /** The only right content of a file; gives its length. */
  private static int fill(int number, byte[] buffer) {
    Random random = new Random(number);
    int size = 1 + random.nextInt(MOST);
    for (int i = 0; i < size; i++) {
      buffer[i] = (byte) ('a' + random.nextInt(16));
    }
    return size;
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void close() {}
}
