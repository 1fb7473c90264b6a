package io.salvor.engine.crypto;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.format.FormatExamples;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Derived keys and sealed objects. */
public final class SealedExamples implements FormatExamples.Section {
  private static final ObjectId ID = ObjectId.parse("00112233445566778899aabbccddeeff");
  private static final ObjectId EPOCH = ObjectId.parse("e0e1e2e3e4e5e6e7e8e9eaebecedeeef");

  @Override
  public void write(FormatExamples out) {
    byte[] root = counting(0x00);
    byte[] seed = counting(0x20);
    byte[] epoch = counting(0x40);
    try (KeyRing ring =
        new KeyRing(
            root,
            SigningKey.of(seed),
            Map.of(EPOCH, SealingKey.of(epoch)),
            EPOCH,
            new FixedRandom("examples"))) {
      derived(out, root, ring);
      out.heading("Sealed small objects (§5)");
      out.bytes("Authority's private seed", seed);
      out.bytes("Authority's public key", ring.authority());
      byte[] message = utf8("hello");
      indexed(out, root, ring, message);
      sealed(out, epoch, ring, message);
    }
  }

  private static void derived(FormatExamples out, byte[] root, KeyRing ring) {
    out.heading("Derived keys and ids (§4, §6, §8)");
    out.bytes("Root secret", root);
    out.bytes("Index key", Hmac.expand(root, utf8("salvor/1 index"), 32));
    out.bytes("Id key of data blobs", Hmac.expand(root, utf8("salvor/1 blob id data"), 32));
    out.bytes("Id key of tree blobs", Hmac.expand(root, utf8("salvor/1 blob id tree"), 32));
    byte[] gear = Hmac.expand(root, utf8("salvor/1 chunker"), 2048);
    out.bytes("Gear table, its first four words", Arrays.copyOf(gear, 32));
    out.bytes("Gear table, SHA-256 of its 2048 bytes", Sha256.of(gear));
    out.bytes("SipHash key", Hmac.expand(root, utf8("salvor/1 tree boundary"), 16));
    byte[] hello = utf8("hello");
    out.bytes("Id of the data blob `hello`", ring.blobId(BlobKind.DATA, hello, 0, 5).bytes());
    out.bytes("Id of the tree blob `hello`", ring.blobId(BlobKind.TREE, hello, 0, 5).bytes());
    long hash = ring.boundary().hash(0, hello, 0, 5);
    out.bytes(
        "SipHash of level 0 and the key `hello`, as u64",
        ByteBuffer.allocate(8).putLong(hash).array());
  }

  private static void indexed(FormatExamples out, byte[] root, KeyRing ring, byte[] message) {
    byte[] object = ring.sealSmall(ObjectKind.LEDGER_ENTRY, ID, message);
    out.say("A ledger entry, that is class 1, whose message is the five bytes `hello`:");
    byte[] prk =
        Hmac.extract(
            Arrays.copyOfRange(object, 48, 80), Hmac.expand(root, utf8("salvor/1 index"), 32));
    byte[] info = join(utf8("salvor/1 object"), Arrays.copyOf(object, 48));
    out.bytes("Its object key", Hmac.expand(prk, info, 32));
    common(out, ObjectKind.LEDGER_ENTRY, object, message);
  }

  private static void sealed(FormatExamples out, byte[] epoch, KeyRing ring, byte[] message) {
    byte[] object = ring.sealSmall(ObjectKind.MANIFEST, ID, message);
    out.say("A manifest, that is class 2, with the same message:");
    out.bytes("Epoch's private half", epoch);
    try (SealingKey key = SealingKey.of(epoch)) {
      out.bytes("Epoch's public half", key.publicHalf());
      byte[] opened =
          Hpke.open(
              key,
              Arrays.copyOfRange(object, 48, 80),
              utf8("salvor/1 object"),
              Arrays.copyOf(object, 48),
              Arrays.copyOfRange(object, 80, 128));
      out.bytes("Its object key", opened);
    } catch (javax.crypto.AEADBadTagException e) {
      throw new AssertionError(e);
    }
    common(out, ObjectKind.MANIFEST, object, message);
  }

  private static void common(FormatExamples out, ObjectKind kind, byte[] object, byte[] message) {
    byte[] associated =
        ByteBuffer.allocate(31)
            .put((byte) kind.number())
            .putShort((short) 1)
            .put(ID.bytes())
            .array();
    out.bytes("Associated data, its last twelve bytes the nonce", associated);
    byte[] signed = SignedMessage.sign(SigningKey.of(counting(0x20)), kind, ID, message);
    out.bytes("Plain text: codec 0, signer, signature, message", join(new byte[1], signed));
    out.bytes("The object", object);
  }

  static byte[] counting(int from) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  private static byte[] join(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
