package io.salvor.testkit.torture;

import java.util.Map;
import java.util.TreeMap;

/** What the seeds have reached: a test of nothing would hold, too. Safe for threads. */
final class Tally {
  private final Map<String, Long> counts = new TreeMap<>();

  void count(String what) {
    add(what, 1);
  }

  synchronized void add(String what, long more) {
    counts.merge(what, more, Long::sum);
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
