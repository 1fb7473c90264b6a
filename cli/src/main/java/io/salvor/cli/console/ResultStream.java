package io.salvor.cli.console;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** Standard output, told apart from everything else that can fail. */
final class ResultStream extends FilterOutputStream {
  ResultStream(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The stream belongs to the process; a command only flushes it. */
  @Override
  public void close() {
    flush();
  }

  private static RuntimeException failed(IOException e) {
    String message = String.valueOf(e.getMessage());
    if (message.toLowerCase(Locale.ROOT).contains("broken pipe")) {
      return new ReaderGoneException(e);
    }
    return new SalvorException(
        ErrorCode.OUTPUT_FAILED,
        "The result cannot be written to standard output",
        message,
        "make room where standard output goes, and run the command again",
        e);
  }
}
