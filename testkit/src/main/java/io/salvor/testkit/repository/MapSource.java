package io.salvor.testkit.repository;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A source made of a map. What has the same time as before is not read again, as with files. An
 * empty content is a directory.
 */
public final class MapSource implements Source {
  private final SortedMap<Key, File> files;
  private final String address;
  private int blockSize;
  private List<String> sensitive = List.of();
  private Runnable beforeEach = () -> {};
  private long time = 1000;

  private record File(byte[] content, long time) {}

  public MapSource() {
    this("map:test");
  }

  public MapSource(String address) {
    this.address = address;
    this.files = new TreeMap<>();
  }

  private MapSource(MapSource other) {
    this.address = other.address;
    this.files = new TreeMap<>(other.files);
    this.blockSize = other.blockSize;
    this.sensitive = other.sensitive;
    this.time = other.time;
  }

  /** Another source with the same files, which can be changed by itself. */
  public MapSource copy() {
    return new MapSource(this);
  }

  /** Puts a file there, or changes it. */
  public MapSource put(String key, byte[] content) {
    files.put(Key.of(key.split("/", -1)), new File(content, time++));
    return this;
  }

  /** Files that are put there from now on have times from this one on. */
  public MapSource from(long seconds) {
    time = seconds;
    return this;
  }

  public MapSource remove(String key) {
    files.remove(Key.of(key.split("/", -1)));
    return this;
  }

  /** Cuts files at multiples of so many bytes, so that small ones have long lists of blobs. */
  public MapSource blocks(int size) {
    blockSize = size;
    return this;
  }

  /** What of it is sensitive, by patterns. */
  public MapSource sensitive(String... patterns) {
    sensitive = List.of(patterns);
    return this;
  }

  /** What happens before each entry of a capture. */
  public MapSource beforeEach(Runnable action) {
    beforeEach = action;
    return this;
  }

  /** What a backup of it has to hold. */
  public SortedMap<String, String> contents() {
    SortedMap<String, String> contents = new TreeMap<>();
    files.forEach((key, file) -> contents.put(key.toString(), Contents.digest(file.content)));
    return contents;
  }

  @Override
  public String provider() {
    return "map";
  }

  @Override
  public String address() {
    return address;
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
  public Patterns patterns() {
    return new Patterns(List.of(), List.of(), sensitive);
  }

  @Override
  public void capture(Capture into) throws IOException {
    Capture capture = new Sensitivity(sensitive).over(into);
    for (var e : files.entrySet()) {
      beforeEach.run();
      Key key = e.getKey();
      File file = e.getValue();
      PosixTime mtime = new PosixTime(file.time, 0);
      Entry before = capture.previous(key);
      if (before != null && before.mtime().equals(mtime)) {
        capture.put(key, before);
      } else {
        capture.put(key, read(capture, key, file.content, mtime));
      }
    }
  }

  private Entry read(Capture capture, Key key, byte[] bytes, PosixTime mtime) throws IOException {
    if (bytes.length == 0) {
      return Entry.builder(EntryKind.DIRECTORY).mode(0755).mtime(mtime).build();
    }
    ContentSink content = new Sensitivity(sensitive).content(capture, key);
    if (blockSize > 0) {
      content.blocks(blockSize);
    }
    content.write(bytes, 0, bytes.length);
    ContentRef ref = content.finish();
    return Entry.builder(EntryKind.FILE)
        .mode(0644)
        .blockSize(blockSize)
        .content(bytes.length, ref)
        .mtime(mtime)
        .build();
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void close() {}
}
