package io.salvor.engine.restore;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the steps of a restore: some 8 bytes for each in a page of which any was heard,
 * so that a log can cost no more than its own length allows. For one thread.
 */
final class StepOutcomes {
  private static final int STEPS = 64;

  private final Map<Long, Page> pages = new HashMap<>();
  private long finished;

  /** Steps that follow each other; a bit for each. */
  private static final class Page {
    private final long[] digests = new long[STEPS];
    private long finished;
    private long moved;
  }

  void finish(long number, long digest) {
    Page page = page(number);
    page.digests[(int) (number % STEPS)] = digest;
    finished += page.finished >>> number % STEPS & 1 ^ 1;
    page.finished |= 1L << number % STEPS;
  }

  void move(long number) {
    page(number).moved |= 1L << number % STEPS;
  }

  private Page page(long number) {
    return pages.computeIfAbsent(number / STEPS, _ -> new Page());
  }

  /** How many were finished. */
  long finished() {
    return finished;
  }

  boolean isFinished(long number) {
    Page page = find(number);
    return page != null && (page.finished >>> number % STEPS & 1) != 0;
  }

  boolean hadMoved(long number) {
    Page page = find(number);
    return page != null && (page.moved >>> number % STEPS & 1) != 0;
  }

  /** Digest of the entry's fingerprint after a step; 0 if not known. */
  long digest(long number) {
    Page page = find(number);
    return page == null ? 0 : page.digests[(int) (number % STEPS)];
  }

  private @Nullable Page find(long number) {
    return pages.get(number / STEPS);
  }
}
