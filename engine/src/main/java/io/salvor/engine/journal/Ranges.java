package io.salvor.engine.journal;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a consolidation has of one timeline.
 *
 * @param segmentSize in bytes
 */
record Ranges(long segmentSize, List<Stretch> stretches) {
  private static final int MOST = 1 << 20;

  Ranges {
    stretches = List.copyOf(stretches);
  }

  byte[] encode() {
    CborWriter out = new CborWriter().map();
    out.key(0).uint(segmentSize);
    if (!stretches.isEmpty()) {
      out.key(1).array();
      for (Stretch one : stretches) {
        out.array().uint(one.from()).uint(one.to()).time(one.since()).time(one.until()).end();
      }
      out.end();
    }
    return out.end().toByteArray();
  }

  static Ranges decode(byte[] bytes) {
    long segmentSize = 0;
    List<Stretch> stretches = new ArrayList<>();
    CborReader in = new CborReader(bytes);
    in.map();
    for (int key = in.nextKey(); key >= 0; key = in.nextKey()) {
      switch (key) {
        case 0 -> segmentSize = in.uint();
        case 1 -> {
          for (int left = in.array(); left > 0 && stretches.size() < MOST; left--) {
            in.array(4);
            long from = in.uint();
            long to = in.uint();
            Instant since = in.time();
            Instant until = in.time();
            if (to <= from || (!stretches.isEmpty() && from <= stretches.getLast().to())) {
              throw new MalformedException("ranges out of order");
            }
            stretches.add(new Stretch(from, to, since, until));
          }
        }
        default -> in.skip();
      }
    }
    in.end();
    if (segmentSize < 1 || segmentSize > LogOrigin.MAX_SEGMENT) {
      throw new MalformedException("segments of " + segmentSize + " bytes");
    }
    return new Ranges(segmentSize, stretches);
  }
}
