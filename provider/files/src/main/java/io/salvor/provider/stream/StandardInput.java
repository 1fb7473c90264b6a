package io.salvor.provider.stream;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.ContentSink;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Provider;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.List;

/** Standard input, by the address {@code -}. */
public final class StandardInput implements Provider {
  /** As it stands in manifests. */
  public static final String NAME = "stdin";

  private static final String ADDRESS = "stdin:";

  private final InputStream input;
  private final Posix posix;
  private final InstantSource clock;

  /** Reads {@code input}, which it does not close. */
  public StandardInput(InputStream input, InstantSource clock) {
    this.input = input;
    this.posix = Posix.system();
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean handles(String address) {
    return address.equals("-") || address.equals(ADDRESS);
  }

  @Override
  public String address(List<String> addresses) {
    if (addresses.size() != 1) {
      throw new SalvorException(
          ErrorCode.USAGE,
          "Cannot back up standard input together with other sources",
          addresses.size() + " sources were given, and - is one of them",
          "Make a backup of its own for each");
    }
    return ADDRESS;
  }

  @Override
  public Source open(List<String> addresses, CaptureOptions options) {
    return new Input(address(addresses), options.sensitive());
  }

  private final class Input implements Source {
    private final String address;
    private final Patterns patterns;

    Input(String address, List<String> sensitive) {
      this.address = address;
      this.patterns = new Patterns(List.of(), List.of(), sensitive);
    }

    @Override
    public String provider() {
      return NAME;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public Patterns patterns() {
      return patterns;
    }

    @Override
    public void capture(Capture capture) throws IOException, InterruptedException {
      Key key = Key.of(NAME);
      ContentSink sink = new Sensitivity(patterns.sensitive()).content(capture, key);
      Feed.Stored stored = Feed.store(input, sink, capture.progress());
      capture.put(key, StreamEntry.of(stored, posix, clock.instant()));
    }

    @Override
    public void close() {}
  }
}
