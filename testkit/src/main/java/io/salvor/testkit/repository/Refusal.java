package io.salvor.testkit.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What fails as it says in the list of errors. */
public final class Refusal {
  private Refusal() {}

  /** It fails with this code. */
  public static void fails(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
  }
}
