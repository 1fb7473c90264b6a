package io.salvor.provider.mongodb.logical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

class DocumentStreamTest {

  @Property(tries = 100)
  void whateverThePiecesTheDocumentsAreTheSame(
      @ForAll @Size(max = 20) List<@IntRange(max = 3000) Integer> sizes,
      @ForAll @Size(min = 1, max = 5) List<@IntRange(min = 1, max = 4000) Integer> pieces)
      throws IOException {
    List<byte[]> documents = new ArrayList<>();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size : sizes) {
      byte[] one = bytes(size);
      documents.add(one);
      all.writeBytes(one);
    }
    List<byte[]> found = new ArrayList<>();
    DocumentStream stream = new DocumentStream(one -> found.add(one.getByteBuffer().array()));
    byte[] bytes = all.toByteArray();
    int at = 0;
    for (int i = 0; at < bytes.length; i++) {
      int to = Math.min(bytes.length, at + pieces.get(i % pieces.size()));
      stream.add(Arrays.copyOfRange(bytes, at, to), to - at);
      at = to;
    }
    stream.end();
    assertThat(found).hasSameSizeAs(documents);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isEqualTo(documents.get(i));
    }
  }

  private static byte[] bytes(int size) {
    BsonDocument document =
        size == 0
            ? new BsonDocument()
            : new BsonDocument("bytes", new BsonBinary(new byte[size - 1]));
    RawBsonDocument raw = new RawBsonDocument(document, new BsonDocumentCodec());
    return Arrays.copyOf(raw.getByteBuffer().array(), raw.getByteBuffer().remaining());
  }

  @Test
  void whatAreNoDocumentsIsRefused() throws IOException {
    for (byte[] bad :
        List.of(
            new byte[] {4, 0, 0, 0},
            new byte[] {-1, -1, -1, -1},
            new byte[] {0, 0, 0, 2},
            new byte[] {5, 0, 0, 0, 1})) {
      assertThatThrownBy(() -> new DocumentStream(one -> {}).add(bad, bad.length))
          .isInstanceOf(IOException.class);
    }
    DocumentStream cut = new DocumentStream(one -> {});
    cut.add(new byte[] {5, 0, 0, 0}, 4);
    assertThatThrownBy(cut::end).isInstanceOf(IOException.class);
  }
}
