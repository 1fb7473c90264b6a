package io.salvor.engine.tar;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.io.OutputStream;

/** Opens archives to the fuzzer: any entry that is taken can be written, or is told as damaged. */
public final class FuzzedTar {
  private static final Key KEY = Key.of("a", "b\u00e4");

  private FuzzedTar() {}

  /** An archive of one entry, up to its first MiB. */
  public static Object archive(byte[] entry) throws IOException {
    Entry decoded = EntryCodec.decode(KEY, entry);
    Pipe pipe = new Pipe();
    try (TarWriter tar = new TarWriter(pipe, new NoBlobs())) {
      tar.add(KEY, decoded);
      tar.finish();
    } catch (BrokenPipe e) {
      return decoded;
    } catch (SalvorException e) {
      if (e.code() == ErrorCode.BLOB_LOST) {
        return decoded;
      }
      throw e;
    }
    if (pipe.written % TarHeader.BLOCK != 0) {
      throw new AssertionError("a tar of " + pipe.written + " bytes");
    }
    return decoded;
  }

  /** The text of an access control list. */
  public static Object acl(byte[] value) {
    return String.valueOf(AclText.of(value));
  }

  private static final class BrokenPipe extends IOException {
    private static final long serialVersionUID = 1;
  }

  private static final class Pipe extends OutputStream {
    private long written;

    @Override
    public void write(int b) throws IOException {
      write(new byte[1], 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      written += length;
      if (written > 1 << 20) {
        throw new BrokenPipe();
      }
    }
  }

  private static final class NoBlobs implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) {
      throw new SalvorException(ErrorCode.BLOB_LOST, "no blob", "there is none", "none");
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return false;
    }
  }
}
