package io.salvor.testkit.reader;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;

/** A pack, read by its frames or as a whole (§6). */
final class Pack {
  private final Objects objects;
  private final KeyRing keys;
  private final Id id;
  private final int kind;

  Pack(Objects objects, KeyRing keys, Id id, int kind) {
    this.objects = objects;
    this.keys = keys;
    this.id = id;
    this.kind = kind;
  }

  /** Where the index has a blob. */
  byte[] read(PackListing.Frame frame, PackListing.Blob blob) throws IOException {
    byte[] bytes = blob(frame(opener(), frame), blob);
    check(blob, bytes);
    return bytes;
  }

  /** Checks every byte, and that the pack is the one that the index names. */
  void check(Segment.IndexedPack named) throws IOException {
    long size = objects.packSize(id);
    DamageException.unless(size == named.size(), "it has " + size + " bytes");
    DamageException.unless(Arrays.equals(named.hash(), hash(size)), "it has another SHA-256");
    if (kind == 3 && !keys.opensSensitive()) {
      return;
    }
    Header.Opener opener = opener();
    PackListing listing = directory(opener, size);
    DamageException.unless(
        listing.equals(named.listing()), "its directory is another than the index has");
    for (PackListing.Frame frame : listing.frames()) {
      byte[] plain = frame(opener, frame);
      for (PackListing.Blob blob : frame.blobs()) {
        check(blob, blob(plain, blob));
      }
    }
  }

  private Header.Opener opener() throws IOException {
    return Header.parse(objects.read(id, 0, Header.LONGEST), kind, id).opener(keys);
  }

  private byte[] frame(Header.Opener opener, PackListing.Frame frame) throws IOException {
    byte[] packed = opener.open(0, frame.number(), objects.read(id, frame.at(), frame.stored()));
    return Zstandard.unpack(frame.codec(), packed, frame.plain(), frame.plain());
  }

  private static byte[] blob(byte[] frame, PackListing.Blob blob) {
    return Arrays.copyOfRange(frame, blob.at(), blob.at() + blob.length());
  }

  private void check(PackListing.Blob blob, byte[] bytes) throws DamageException {
    Id found =
        switch (kind) {
          case 1 -> keys.dataBlobId(bytes);
          case 2 -> keys.treeBlobId(bytes);
          default -> keys.sensitiveBlobId(bytes);
        };
    DamageException.unless(found.equals(blob.id()), "a blob is not what its id says");
  }

  /** The directory as the pack itself has it, found by the trailer. */
  private PackListing directory(Header.Opener opener, long size) throws IOException {
    Bytes trailer = new Bytes(opener.open(2, 0, objects.read(id, size - 64, 32)));
    long stored = trailer.u32();
    DamageException.unless(
        Arrays.equals(trailer.take(12), new byte[12]), "its trailer does not end with zeros");
    DamageException.unless(
        stored <= PackListing.LARGEST_DIRECTORY, "its directory is " + stored + " bytes long");
    Bytes plain = new Bytes(opener.open(1, 0, objects.read(id, size - 64 - stored, (int) stored)));
    PackListing listing = PackListing.parse(plain);
    byte[] zeros = plain.take(plain.left());
    DamageException.unless(
        Arrays.equals(zeros, new byte[zeros.length]), "its directory does not end with zeros");
    DamageException.unless(
        listing.packSize() == size && listing.directoryStored() == stored,
        "its frames, directory and trailer do not fill it");
    return listing;
  }

  private byte[] hash(long size) throws IOException {
    MessageDigest digest = Suite.newSha256();
    for (long at = 0; at < size - 32; at += 1 << 20) {
      digest.update(objects.read(id, at, (int) Math.min(1 << 20, size - 32 - at)));
    }
    MessageDigest whole = copy(digest);
    byte[] end = objects.read(id, size - 32, 32);
    DamageException.unless(Arrays.equals(end, digest.digest()), "its checksum is wrong");
    return whole.digest(end);
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }
}
