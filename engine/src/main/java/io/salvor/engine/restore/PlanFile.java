package io.salvor.engine.restore;

import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.codec.Varint;
import io.salvor.engine.codec.Zstd;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A complete plan on disk: its header, and its steps as a stream. It names its backup and target
 * and holds all that applying it needs besides the repository's blobs.
 */
public final class PlanFile {
  private static final int MAX_BLOCK = 64 << 20;

  private final Path path;
  private final RestorePlan plan;

  private PlanFile(Path path, RestorePlan plan) {
    this.path = path;
    this.plan = plan;
  }

  /**
   * Opens a plan and checks every byte of it.
   *
   * @throws SalvorException PLAN_UNUSABLE if it is none, or damaged
   */
  public static PlanFile open(Path path) {
    try {
      MessageDigest digest = PlanWriter.sha256();
      try (DataInputStream in =
          new DataInputStream(
              new DigestInputStream(
                  new BufferedInputStream(Files.newInputStream(path), 1 << 16), digest))) {
        magic(in);
        for (int plain = in.readInt(); plain != 0; plain = in.readInt()) {
          // Skipped bytes would not be digested.
          in.readNBytes(length(in.readInt()));
        }
        byte[] header = in.readNBytes(length(in.readInt()));
        byte[] actual = ((MessageDigest) digest.clone()).digest();
        byte[] stored = in.readNBytes(actual.length);
        if (!Arrays.equals(actual, stored) || in.read() >= 0) {
          throw new MalformedException("its checksum is wrong");
        }
        return new PlanFile(path, PlanCodec.decode(header));
      }
    } catch (NoSuchFileException e) {
      throw unusable(path, "there is no such file", e);
    } catch (EOFException e) {
      throw unusable(path, "it ends too early", e);
    } catch (IOException | MalformedException | CloneNotSupportedException e) {
      throw unusable(path, String.valueOf(e.getMessage()), e);
    }
  }

  private static SalvorException unusable(Path path, String why, Exception cause) {
    return new SalvorException(
        ErrorCode.PLAN_UNUSABLE,
        "The plan " + path + " cannot be used",
        why,
        "make it anew with `salvor restore --save-plan`",
        cause);
  }

  private static void magic(DataInputStream in) throws IOException {
    if (!Arrays.equals(in.readNBytes(PlanWriter.MAGIC.length), PlanWriter.MAGIC)) {
      throw new MalformedException("it is not a plan, or one of another version");
    }
  }

  private static int length(int value) {
    if (value < 0 || value > MAX_BLOCK) {
      throw new MalformedException("a part of " + value + " bytes");
    }
    return value;
  }

  /** The header. */
  public RestorePlan plan() {
    return plan;
  }

  /** Where it lies. */
  public Path path() {
    return path;
  }

  /** The steps from the first on. */
  public Steps steps() throws IOException {
    return new Steps(path);
  }

  /** A stream of steps, conflicts that are left alone among them. For one thread. */
  public static final class Steps implements AutoCloseable {
    private final DataInputStream in;
    private final Path path;
    private byte[] block = new byte[0];
    private int at;
    private long number = -1;
    private boolean ended;

    private Steps(Path path) throws IOException {
      this.path = path;
      this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16));
      in.skipNBytes(PlanWriter.MAGIC.length);
    }

    /** The next step; null at the end. */
    public @Nullable Step next() throws IOException {
      try {
        if (at == block.length && !refill()) {
          return null;
        }
        long stated = Varint.get(block, at, block.length);
        at += Varint.size(stated);
        if (stated > block.length - at) {
          throw new MalformedException("a step that is longer than its block");
        }
        int length = (int) stated;
        Step step = StepCodec.decode(block, at, length);
        at += length;
        number++;
        return step;
      } catch (MalformedException e) {
        throw unusable(path, String.valueOf(e.getMessage()), e);
      }
    }

    /** The number of the step that came last, from 0. */
    public long number() {
      return number;
    }

    private boolean refill() throws IOException {
      int plain = ended ? 0 : in.readInt();
      if (plain == 0) {
        ended = true;
        return false;
      }
      byte[] stored = in.readNBytes(length(in.readInt()));
      block = Zstd.decompress(stored, 0, stored.length, length(plain));
      at = 0;
      return true;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
