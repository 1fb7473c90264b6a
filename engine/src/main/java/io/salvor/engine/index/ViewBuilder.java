package io.salvor.engine.index;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.PrivateFiles;
import io.salvor.engine.durable.Temporaries;
import io.salvor.engine.durable.Temporaries.Temporary;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Makes one view of new segments and of older views. Its heap is the sorter's budget, a few buffers
 * beside it, and four bytes for each pack of an older view.
 */
final class ViewBuilder implements AutoCloseable {
  private static final int CHECK_EVERY = 1 << 16;

  private final Path directory;
  private final Temporaries temporaries;
  private final Progress progress;
  private final RowSorter sorter;
  private final RowSpool packs;
  private final List<ViewHead.Segment> segments = new ArrayList<>();
  private final byte[] packBuffer = new byte[4 * Page.SIZE];
  private int packFilled;
  private int packCount;

  ViewBuilder(Path directory, int budget, Progress progress) {
    this.directory = directory;
    this.temporaries = new Temporaries(directory.resolve("tmp"));
    this.progress = progress;
    this.sorter = new RowSorter(temporaries, budget);
    this.packs = new RowSpool(temporaries);
  }

  /** Blobs of the segments added. */
  long blobs() {
    return sorter.rows();
  }

  /** Takes a segment in. */
  void add(ObjectId id, List<ObjectId> superseded, List<PackDescription> content) {
    try {
      for (PackDescription pack : content) {
        if (packFilled == packBuffer.length) {
          flushPacks();
        }
        Row.putPack(packBuffer, packFilled, pack, segments.size());
        packFilled += Page.ROW;
        addBlobs(pack);
        packCount++;
      }
      segments.add(new ViewHead.Segment(id, superseded));
    } catch (IOException e) {
      throw new CacheException(e);
    }
  }

  private void flushPacks() throws IOException {
    packs.append(packBuffer, packFilled);
    packFilled = 0;
  }

  private void addBlobs(PackDescription pack) throws IOException {
    long offset = PackDescription.HEADER_SIZE;
    for (int i = 0; i < pack.frames().size(); i++) {
      FrameDescription frame = pack.frames().get(i);
      for (int blob = 0; blob < frame.blobs(); blob++) {
        int at = sorter.add();
        Row.putBlob(sorter.buffer(), at, packCount, pack.kind(), i, offset, frame, blob);
      }
      offset += frame.stored();
    }
  }

  /** Writes the view with what was added and what is alive in the older ones. */
  View build(List<LiveView> older) {
    long atMost = sorter.rows();
    for (LiveView view : older) {
      atMost += view.view().blobs();
    }
    try (ViewWriter writer = new ViewWriter(directory, temporaries, atMost)) {
      List<RowSource> sources = new ArrayList<>(sorter.runs());
      int next = packCount;
      for (LiveView view : older) {
        int[] numbers = renumber(view, next);
        next += view.view().packs() - view.dead().cardinality();
        sources.add(new Renumbered(view.view().blobRows(), numbers));
      }
      merge(sources, writer);
      writer.endBlobs();
      writePacks(older, writer);
      return writer.finish(segments);
    } catch (IOException e) {
      throw new CacheException(e);
    }
  }

  /** What the numbers of a view's packs become; -1 for the dead. */
  private static int[] renumber(LiveView view, int from) {
    int[] numbers = new int[view.view().packs()];
    int next = from;
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = view.dead().get(i) ? -1 : next++;
    }
    return numbers;
  }

  private void merge(List<RowSource> sources, ViewWriter writer) throws IOException {
    PriorityQueue<RowSource> queue =
        new PriorityQueue<>(
            Math.max(1, sources.size()),
            (x, y) -> Row.compare(x.bytes(), x.at(), y.bytes(), y.at()));
    for (RowSource source : sources) {
      if (source.advance()) {
        queue.add(source);
      }
    }
    long n = 0;
    for (RowSource least = queue.poll(); least != null; least = queue.poll()) {
      writer.blob(least.bytes(), least.at());
      if (least.advance()) {
        queue.add(least);
      }
      if (++n % CHECK_EVERY == 0) {
        progress.checkCancelled();
      }
    }
  }

  private void writePacks(List<LiveView> older, ViewWriter writer) throws IOException {
    flushPacks();
    RowSource rows = packs.read(0, packs.size(), 16 * Page.SIZE);
    while (rows.advance()) {
      writer.pack(rows.bytes(), rows.at());
    }
    for (LiveView view : older) {
      int[] numbers = new int[view.view().segments().size()];
      Arrays.fill(numbers, -1);
      rows = view.view().packRows();
      for (int pack = 0; rows.advance(); pack++) {
        if (!view.dead().get(pack)) {
          int segment = Row.packSegment(rows.bytes(), rows.at());
          if (numbers[segment] < 0) {
            numbers[segment] = segments.size();
            segments.add(view.view().segments().get(segment));
          }
          Row.setPackSegment(rows.bytes(), rows.at(), numbers[segment]);
          writer.pack(rows.bytes(), rows.at());
        }
      }
    }
  }

  @Override
  public void close() {
    try (sorter;
        packs) {
      packFilled = 0;
    } catch (IOException e) {
      throw new CacheException(e);
    }
  }

  /** Makes the directory, and clears what dead processes have left in it. */
  static void prepare(Path directory) {
    try {
      PrivateFiles.createDirectories(directory);
      Temporaries temporaries = new Temporaries(directory.resolve("tmp"));
      Temporary mine = temporaries.create();
      try (FileChannel _ = mine.channel()) {
        temporaries.clearAbandoned(mine.path());
      } finally {
        Files.delete(mine.path());
      }
    } catch (IOException e) {
      throw new CacheException(e);
    }
  }

  /** The rows of an older view that are alive, with their packs' new numbers. */
  private record Renumbered(RowSource rows, int[] numbers) implements RowSource {
    @Override
    public boolean advance() throws IOException {
      while (rows.advance()) {
        int pack = numbers[Row.pack(rows.bytes(), rows.at())];
        if (pack >= 0) {
          Row.setPack(rows.bytes(), rows.at(), pack);
          return true;
        }
      }
      return false;
    }

    @Override
    public byte[] bytes() {
      return rows.bytes();
    }

    @Override
    public int at() {
      return rows.at();
    }
  }
}
