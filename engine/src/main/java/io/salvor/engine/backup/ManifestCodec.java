package io.salvor.engine.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.salvor.engine.backup.Manifest.Component;
import io.salvor.engine.backup.Manifest.Counts;
import io.salvor.engine.backup.Manifest.Failure;
import io.salvor.engine.backup.Manifest.Label;
import io.salvor.engine.backup.Manifest.Lineage;
import io.salvor.engine.backup.Manifest.Origin;
import io.salvor.engine.backup.Manifest.SegmentRef;
import io.salvor.engine.backup.Manifest.UndoOf;
import io.salvor.engine.backup.Manifest.Volume;
import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.tree.TreeRoot;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Manifests as bytes: the canonical plain form of docs/format.md §10. */
public final class ManifestCodec {
  private static final int MAX_LEVEL = 32;

  // Java's own order of strings is that of UTF-16.
  private static final Comparator<String> BY_BYTES =
      Comparator.comparing(key -> key.getBytes(UTF_8), Arrays::compareUnsigned);

  private ManifestCodec() {}

  /** The canonical plain form. */
  public static byte[] encode(Manifest m) {
    CborWriter out = new CborWriter().map();
    out.key(0).text(m.id().text());
    id(out.key(1), m.session());
    out.key(2).uint(m.status().ordinal());
    out.key(3).uint(m.lineage().type().ordinal());
    out.key(4).text(m.origin().source());
    if (!m.origin().paths().isEmpty()) {
      out.key(5).array();
      m.origin().paths().forEach(out::bytes);
      out.end();
    }
    text(out, 6, m.origin().host());
    text(out, 7, m.label().description());
    if (!m.label().tags().isEmpty()) {
      out.key(8).array();
      m.label().tags().entrySet().stream()
          .sorted(Map.Entry.comparingByKey(BY_BYTES))
          .forEach(tag -> out.array().text(tag.getKey()).text(tag.getValue()).end());
      out.end();
    }
    out.key(9).time(m.started());
    out.key(10).time(m.finished());
    text(out, 11, m.origin().createdBy());
    if (m.lineage().parent() != null) {
      out.key(12).text(m.lineage().parent().text());
    }
    if (m.lineage().base() != null) {
      out.key(13).text(m.lineage().base().text());
    }
    Counts c = m.entries();
    numbers(out.key(14), c.total(), c.added(), c.changed(), c.removed(), c.failed());
    Volume v = m.bytes();
    numbers(out.key(15), v.read(), v.logical(), v.added(), v.stored());
    root(out.key(16), m.root());
    components(out, m.components());
    if (!m.failures().isEmpty()) {
      out.key(18).array();
      for (Failure f : m.failures()) {
        out.array().bytes(f.key()).text(f.code()).text(f.message()).end();
      }
      out.end();
    }
    if (!m.segments().isEmpty()) {
      out.key(19).array();
      for (SegmentRef s : m.segments()) {
        id(out.array(), s.id());
        out.bytes(s.sha256()).end();
      }
      out.end();
    }
    text(out, 20, m.software());
    id(out.key(21), m.epoch());
    out.key(22).text(m.origin().provider());
    text(out, 23, m.origin().group());
    UndoOf undo = m.undo();
    if (undo != null) {
      out.key(24).time(undo.heldUntil());
      out.key(25).text(undo.restore());
    }
    Patterns patterns = m.origin().patterns();
    if (!patterns.isEmpty()) {
      out.key(26).map();
      texts(out, 1, patterns.include());
      texts(out, 2, patterns.exclude());
      texts(out, 3, patterns.sensitive());
      out.end();
    }
    if (undo != null) {
      root(out.key(27), undo.created());
    }
    if (m.lineage().sequence() > 0) {
      out.key(28).uint(m.lineage().sequence());
    }
    return out.end().toByteArray();
  }

  /**
   * Reads the canonical plain form.
   *
   * @throws MalformedException for anything that {@link #encode} would not have written
   */
  public static Manifest decode(byte[] message) {
    Draft d = new Draft();
    CborReader in = new CborReader(message);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      d.read(key, in);
    }
    in.end();
    return d.finish();
  }

  private static void components(CborWriter out, List<Component> components) {
    if (components.isEmpty()) {
      return;
    }
    out.key(17).array();
    for (Component c : components) {
      out.map().key(0).text(c.name()).key(1).text(c.kind());
      out.key(2).uint(c.status().ordinal()).key(3).uint(c.entries());
      out.key(4).uint(c.bytes()).key(5).bytes(c.checksum()).end();
    }
    out.end();
  }

  private static void text(CborWriter out, int key, String value) {
    if (!value.isEmpty()) {
      out.key(key).text(value);
    }
  }

  private static void texts(CborWriter out, int key, List<String> values) {
    if (!values.isEmpty()) {
      out.key(key).array();
      values.forEach(out::text);
      out.end();
    }
  }

  private static void id(CborWriter out, ObjectId id) {
    out.bytes16(id.high(), id.low());
  }

  private static void numbers(CborWriter out, long... values) {
    out.array();
    for (long value : values) {
      out.uint(value);
    }
    out.end();
  }

  private static void root(CborWriter out, TreeRoot root) {
    BlobId id = root.id();
    out.array().bytes32(id.a(), id.b(), id.c(), id.d());
    out.uint(root.level()).uint(root.entries()).end();
  }

  private static TreeRoot root(CborReader in) {
    in.array(3);
    return new TreeRoot(BlobId.from(in.view(BlobId.SIZE)), in.uint(MAX_LEVEL), in.uint());
  }

  private static ObjectId id(CborReader in) {
    ByteBuffer bytes = in.view(ObjectId.SIZE);
    return ObjectId.from(bytes);
  }

  private static <E extends Enum<E>> E oneOf(CborReader in, E[] values) {
    return values[in.uint(values.length - 1)];
  }

  /** Fields as they are met; {@link #finish} says which are missing. */
  private static final class Draft {
    private @Nullable BackupId id;
    private @Nullable ObjectId session;
    private @Nullable BackupStatus status;
    private @Nullable BackupType type;
    private @Nullable Instant started;
    private @Nullable Instant finished;
    private @Nullable BackupId parent;
    private @Nullable BackupId base;
    private @Nullable Counts counts;
    private @Nullable Volume volume;
    private @Nullable TreeRoot root;
    private @Nullable ObjectId epoch;
    private @Nullable Instant heldUntil;
    private @Nullable String restore;
    private @Nullable TreeRoot created;
    private long sequence;
    private Patterns patterns = Patterns.NONE;
    private String source = "";
    private String host = "";
    private String description = "";
    private String createdBy = "";
    private String software = "";
    private String provider = "";
    private String group = "";
    private final List<byte[]> paths = new ArrayList<>();
    private final SortedMap<String, String> tags = new TreeMap<>();
    private final List<Component> components = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<SegmentRef> segments = new ArrayList<>();

    void read(int key, CborReader in) {
      switch (key) {
        case 0 -> id = backupId(in);
        case 1 -> session = id(in);
        case 2 -> status = oneOf(in, BackupStatus.values());
        case 3 -> type = oneOf(in, BackupType.values());
        case 4 -> source = in.text();
        case 5 -> each(in, () -> paths.add(in.bytes()));
        case 6 -> host = in.text();
        case 7 -> description = in.text();
        case 8 ->
            each(
                in,
                () -> {
                  in.array(2);
                  tags.put(in.text(), in.text());
                });
        case 9 -> started = in.time();
        case 10 -> finished = in.time();
        case 11 -> createdBy = in.text();
        case 12 -> parent = backupId(in);
        case 13 -> base = backupId(in);
        case 14 -> {
          in.array(5);
          counts = new Counts(in.uint(), in.uint(), in.uint(), in.uint(), in.uint());
        }
        case 15 -> {
          in.array(4);
          volume = new Volume(in.uint(), in.uint(), in.uint(), in.uint());
        }
        case 16 -> root = root(in);
        case 17 -> each(in, () -> components.add(component(in)));
        case 18 ->
            each(
                in,
                () -> {
                  in.array(3);
                  failures.add(new Failure(in.bytes(), in.text(), in.text()));
                });
        case 19 ->
            each(
                in,
                () -> {
                  in.array(2);
                  segments.add(new SegmentRef(id(in), in.bytes(32)));
                });
        case 20 -> software = in.text();
        case 21 -> epoch = id(in);
        case 22 -> provider = in.text();
        case 23 -> group = in.text();
        case 24 -> heldUntil = in.time();
        case 25 -> restore = in.text();
        case 26 -> patterns = patterns(in);
        case 27 -> created = root(in);
        case 28 -> sequence = sequence(in.uint());
        default -> in.skip();
      }
    }

    Manifest finish() {
      return new Manifest(
          need(id, "id"),
          need(session, "session"),
          need(status, "status"),
          new Origin(provider, source, paths, host, createdBy, group, patterns),
          new Lineage(need(type, "type"), parent, base, sequence),
          new Label(description, tags),
          need(started, "start"),
          need(finished, "end"),
          need(counts, "counts"),
          need(volume, "sizes"),
          need(root, "root"),
          components,
          failures,
          segments,
          software,
          need(epoch, "epoch"),
          undo());
    }

    private static Patterns patterns(CborReader in) {
      List<String> include = new ArrayList<>();
      List<String> exclude = new ArrayList<>();
      List<String> sensitive = new ArrayList<>();
      in.map();
      for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
        switch (key) {
          case 1 -> each(in, () -> include.add(in.text()));
          case 2 -> each(in, () -> exclude.add(in.text()));
          case 3 -> each(in, () -> sensitive.add(in.text()));
          default -> in.skip();
        }
      }
      return new Patterns(include, exclude, sensitive);
    }

    private @Nullable UndoOf undo() {
      if (restore == null) {
        return null;
      }
      return new UndoOf(restore, need(heldUntil, "hold"), need(created, "created keys"));
    }

    private static Component component(CborReader in) {
      String name = "";
      String kind = "";
      BackupStatus status = BackupStatus.SUCCESS;
      long entries = 0;
      long bytes = 0;
      byte[] checksum = new byte[0];
      in.map();
      for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
        switch (key) {
          case 0 -> name = in.text();
          case 1 -> kind = in.text();
          case 2 -> status = oneOf(in, BackupStatus.values());
          case 3 -> entries = in.uint();
          case 4 -> bytes = in.uint();
          case 5 -> checksum = in.bytes(32);
          default -> in.skip();
        }
      }
      if (checksum.length == 0) {
        throw new MalformedException("a component without its checksum");
      }
      return new Component(name, kind, status, entries, bytes, checksum);
    }

    private static long sequence(long value) {
      if (value > Manifest.MAX_SEQUENCE) {
        throw new MalformedException("a sequence out of bounds: " + value);
      }
      return value;
    }

    private static BackupId backupId(CborReader in) {
      String text = in.text();
      try {
        return new BackupId(text);
      } catch (IllegalArgumentException e) {
        throw new MalformedException("a backup id that is none", e);
      }
    }

    private static void each(CborReader in, Runnable item) {
      for (int n = in.array(); n > 0; n--) {
        item.run();
      }
    }

    private static <T> T need(@Nullable T value, String name) {
      if (value == null) {
        throw new MalformedException("a manifest without its " + name);
      }
      return value;
    }
  }
}
