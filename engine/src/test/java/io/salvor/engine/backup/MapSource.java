package io.salvor.engine.backup;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A source made of a map; what has the same time as before is not read again. */
public final class MapSource implements Source {
  private record File(byte[] content, long time) {}

  private final SortedMap<Key, File> files = new TreeMap<>();
  private final List<String> read = new ArrayList<>();
  private final List<String> unreadable = new ArrayList<>();
  private Runnable beforeEach = () -> {};
  private long clock = 1000;

  /** Puts a file there, or changes it. */
  public MapSource put(String key, byte[] content) {
    files.put(Key.of(key.split("/", -1)), new File(content, clock++));
    return this;
  }

  public MapSource remove(String key) {
    files.remove(Key.of(key.split("/", -1)));
    return this;
  }

  public MapSource unreadable(String key) {
    unreadable.add(key);
    return this;
  }

  public MapSource beforeEach(Runnable action) {
    beforeEach = action;
    return this;
  }

  /** The keys whose content was read since the last call. */
  public List<String> takeRead() {
    List<String> keys = List.copyOf(read);
    read.clear();
    return keys;
  }

  @Override
  public String provider() {
    return "map";
  }

  @Override
  public String address() {
    return "map:test";
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
    for (var e : files.entrySet()) {
      beforeEach.run();
      Key key = e.getKey();
      File file = e.getValue();
      if (unreadable.contains(key.toString())) {
        capture.fail(key, ErrorCode.ENTRY_UNREADABLE, "Permission denied");
        continue;
      }
      PosixTime time = new PosixTime(file.time, 0);
      Entry before = capture.previous(key);
      if (before != null && before.mtime().equals(time)) {
        capture.put(key, before);
        continue;
      }
      read.add(key.toString());
      ContentSink content = capture.content();
      content.write(file.content, 0, file.content.length);
      ContentRef ref = content.finish();
      capture.put(
          key, Entry.builder(EntryKind.FILE).content(file.content.length, ref).mtime(time).build());
    }
  }

  @Override
  public void close() {}
}
