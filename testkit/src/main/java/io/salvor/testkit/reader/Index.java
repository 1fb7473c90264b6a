package io.salvor.testkit.reader;

import io.salvor.testkit.reader.Objects.Form;
import io.salvor.testkit.reader.Segment.IndexedPack;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The union of all segments that count (§7), and the blobs that it leads to. */
final class Index implements Blobs {
  private final Objects objects;
  private final KeyRing keys;
  private final Map<Id, IndexedPack> packs = new TreeMap<>();
  private final Map<Id, List<Place>> data = new HashMap<>();
  private final Map<Id, List<Place>> tree = new HashMap<>();
  private final Map<Id, List<Place>> sensitive = new HashMap<>();
  private final Set<Id> known = new HashSet<>();

  private record Place(IndexedPack pack, PackListing.Frame frame, PackListing.Blob blob) {}

  private Index(Objects objects, KeyRing keys) {
    this.objects = objects;
    this.keys = keys;
  }

  static Index read(Objects objects, KeyRing keys, Findings findings) throws IOException {
    SmallObjects small = new SmallObjects(objects, keys);
    while (true) {
      Index index = new Index(objects, keys);
      try {
        index.readOnce(small, findings);
        return index;
      } catch (NoSuchFileException e) {
        // A segment was replaced after it had been listed: what replaces it is there by now.
        DamageException.unless(!objects.has(e.getFile()), "index: " + e.getFile());
      }
    }
  }

  private void readOnce(SmallObjects small, Findings findings) throws IOException {
    Map<Id, Segment> segments = new TreeMap<>();
    Set<Id> superseded = new HashSet<>();
    for (String name : objects.list(Form.SEGMENT)) {
      Segment segment = findings.attempt(name, () -> Segment.parse(small.open(name, 16).message()));
      if (segment != null) {
        segments.put(Objects.id(name), segment);
      }
    }
    segments.values().forEach(segment -> superseded.addAll(segment.superseded()));
    known.addAll(superseded);
    known.addAll(segments.keySet());
    for (var e : segments.entrySet()) {
      if (!superseded.contains(e.getKey())) {
        e.getValue().packs().forEach(this::add);
      }
    }
  }

  /** The same pack counts once; those of reserved kinds are passed over. */
  private void add(IndexedPack pack) {
    if (pack.kind() > 3 || packs.putIfAbsent(pack.id(), pack) != null) {
      return;
    }
    Map<Id, List<Place>> places =
        switch (pack.kind()) {
          case 1 -> data;
          case 2 -> tree;
          default -> sensitive;
        };
    for (PackListing.Frame frame : pack.listing().frames()) {
      for (PackListing.Blob blob : frame.blobs()) {
        places
            .computeIfAbsent(blob.id(), _ -> new ArrayList<>(1))
            .add(new Place(pack, frame, blob));
      }
    }
  }

  /** Whether a segment is in the index, or another one has superseded it. */
  boolean knows(Id segment) {
    return known.contains(segment);
  }

  Iterable<IndexedPack> packs() {
    return packs.values();
  }

  Pack pack(IndexedPack pack) {
    return new Pack(objects, keys, pack.id(), pack.kind());
  }

  @Override
  public byte[] data(Id blob, long length) throws IOException {
    return read("data", blob, length, data.getOrDefault(blob, List.of()));
  }

  @Override
  public byte[] sensitive(Id blob, long length) throws IOException {
    return read("sensitive", blob, length, sensitive.getOrDefault(blob, List.of()));
  }

  @Override
  public byte[] tree(Id blob) throws IOException {
    return read("tree", blob, -1, tree.getOrDefault(blob, List.of()));
  }

  /** Any place serves, so one that is damaged is followed by the next. */
  private byte[] read(String kind, Id blob, long length, List<Place> places) throws IOException {
    DamageException last = new DamageException("the index does not name it");
    for (Place place : places) {
      try {
        DamageException.unless(
            length < 0 || place.blob().length() == length, "it has not " + length + " bytes");
        return pack(place.pack()).read(place.frame(), place.blob());
      } catch (DamageException e) {
        last = e.in(Objects.packName(place.pack().id()));
      }
    }
    throw last.in(kind + " blob " + blob);
  }
}
