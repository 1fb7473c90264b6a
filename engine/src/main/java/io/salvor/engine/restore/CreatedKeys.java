package io.salvor.engine.restore;

import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The keys that a plan creates, in order, read from its file each time. */
record CreatedKeys(PlanFile plan) implements Iterable<Key> {

  @Override
  public Iterator<Key> iterator() {
    try {
      return new Keys(plan.steps());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes the file at its end. */
  private static final class Keys implements Iterator<Key> {
    private final PlanFile.Steps steps;
    private @Nullable Key next;

    Keys(PlanFile.Steps steps) {
      this.steps = steps;
      advance();
    }

    private void advance() {
      try {
        next = null;
        for (Step step = steps.next(); step != null; step = steps.next()) {
          if (step.applies() && step.change() instanceof Change.Create) {
            next = step.key();
            return;
          }
        }
        steps.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public Key next() {
      Key key = next;
      if (key == null) {
        throw new NoSuchElementException();
      }
      advance();
      return key;
    }
  }
}
