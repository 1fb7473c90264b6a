package io.salvor.engine.pack;

import com.sun.management.OperatingSystemMXBean;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.chunk.Chunker;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Measures writing a directory's files into packs and reading them back; run by hand. */
final class PackSpeed {
  private final Workshop shop;
  private final Chunker chunker;
  private final byte[] buffer = new byte[4 << 20];
  private final List<BlobId> ids = new ArrayList<>();
  private long bytes;

  private PackSpeed(Workshop shop) {
    this.shop = shop;
    this.chunker = Chunker.contentDefined(shop.keys.gearTable());
  }

  public static void main(String[] args) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(Path.of(args[0]))) {
      files = walk.filter(f -> Files.isRegularFile(f)).sorted().toList();
    }
    Path out = Files.createTempDirectory(Path.of(args[1]), "packs");
    try (Workshop shop = new Workshop(out)) {
      PackSpeed speed = new PackSpeed(shop);
      for (int i = 2; i < args.length; i++) {
        speed.measure(args[i], files);
      }
    }
  }

  private void measure(String what, List<Path> files) throws IOException {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long wall = System.nanoTime();
    long cpu = system.getProcessCpuTime();
    bytes = 0;
    String result =
        switch (what) {
          case "source" -> readOnly(files);
          case "write" -> write(files);
          case "read" -> read();
          case "verify" -> verify();
          default -> throw new IllegalArgumentException(what);
        };
    double seconds = (System.nanoTime() - wall) / 1e9;
    double busy = (system.getProcessCpuTime() - cpu) / 1e9;
    System.out.printf(
        "%s: %.0f MB, %.2f s (%.0f MB/s), CPU %.2f s, %s%n",
        what, bytes / 1e6, seconds, bytes / 1e6 / seconds, busy, result);
  }

  private String readOnly(List<Path> files) throws IOException {
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          bytes += n;
        }
      }
    }
    return "";
  }

  private String write(List<Path> files) throws IOException {
    try (BlobWriter writer =
        new BlobWriter(
            shop.storage, shop.keys, shop.index, Integer.getInteger("salvor.frame", 1 << 20))) {
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          put(writer, in);
        }
      }
      writer.writeSegments(writer.flush());
      return writer.statistics().toString();
    }
  }

  private void put(BlobWriter writer, InputStream in) throws IOException {
    chunker.reset();
    int from = 0;
    int filled = 0;
    while (true) {
      int read = in.read(buffer, filled, buffer.length - filled);
      if (read <= 0) {
        break;
      }
      bytes += read;
      int at = filled;
      filled += read;
      for (int n = chunker.next(buffer, at, filled);
          n != Chunker.NONE;
          n = chunker.next(buffer, at, filled)) {
        at += n;
        ids.add(writer.put(BlobKind.DATA, buffer, from, at - from));
        from = at;
      }
      if (filled == buffer.length) {
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        filled -= from;
        from = 0;
      }
    }
    if (filled > from) {
      ids.add(writer.put(BlobKind.DATA, buffer, from, filled - from));
    }
  }

  private String read() throws IOException {
    BlobReader reader = shop.reader();
    for (BlobId id : ids) {
      bytes += reader.get(BlobKind.DATA, id).length;
    }
    return ids.size() + " blobs";
  }

  private String verify() throws IOException {
    PackReader reader = new PackReader(shop.storage, shop.keys);
    List<PackDescription> packs = new ArrayList<>();
    shop.index.descriptions(packs::add);
    boolean intact = true;
    for (PackDescription pack : packs) {
      PackReport report = reader.verify(pack, Progress.NONE);
      intact &= report.isIntact();
      bytes += report.bytes();
    }
    return intact ? "intact" : "damaged";
  }
}
