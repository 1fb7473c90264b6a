package io.salvor.provider.files.target;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.Fingerprint;
import io.salvor.engine.restore.Notice;
import io.salvor.engine.restore.Outcomes;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TroubleTest {
  private static final Step STEP =
      new Step(
          Key.of("a"),
          new Change.Create(),
          Resolution.NONE,
          Entry.builder(EntryKind.FIFO).mode(0600).mtime(new PosixTime(1, 1)).build(),
          null,
          null);

  static Exception[] ofTheMachine() {
    return new Exception[] {
      new SalvorException(ErrorCode.LOCAL_STATE, "cannot write", "no room", "make room"),
      new IOException("the disk of the log"),
      new IllegalStateException("a defect")
    };
  }

  @ParameterizedTest
  @MethodSource("ofTheMachine")
  void whatIsNotTheEntrysOwnTroubleComesThroughAsItIs(Exception failure) {
    assertThatThrownBy(() -> Trouble.report(new Nobody(), 0, STEP, failure, "/target"))
        .isSameAs(failure);
  }

  @Test
  void soDoesAnIoFailureThatWasWrapped() {
    IOException failure = new IOException("the disk of the log");
    UncheckedIOException wrapped = new UncheckedIOException(failure);
    assertThatThrownBy(() -> Trouble.report(new Nobody(), 0, STEP, wrapped, "/target"))
        .isSameAs(failure);
  }

  /** To whom no entry's failure may be told. */
  private static final class Nobody implements Outcomes {
    @Override
    public void done(long number, Step step, Fingerprint now) {
      throw new AssertionError();
    }

    @Override
    public void removed(long number, Step step) {
      throw new AssertionError();
    }

    @Override
    public void moved(long number, Step step, String what) {
      throw new AssertionError(what);
    }

    @Override
    public void failed(long number, Step step, ErrorCode code, String message) {
      throw new AssertionError(message);
    }

    @Override
    public void incomplete(String key, ErrorCode code, String message) {
      throw new AssertionError(message);
    }

    @Override
    public void note(Notice notice) {
      throw new AssertionError(notice);
    }
  }
}
