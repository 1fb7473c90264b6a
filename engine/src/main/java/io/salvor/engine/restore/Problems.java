package io.salvor.engine.restore;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.RestoreReport.Problem;
import java.util.ArrayList;
import java.util.List;

/** Collects problems; when there is no more room, at least one of each code is kept. */
final class Problems {
  private final List<Problem> list = new ArrayList<>();

  void add(String key, ErrorCode code, String message) {
    Problem problem = new Problem(key, code, message);
    if (list.size() < RestoreReport.MAX_PROBLEMS) {
      list.add(problem);
    } else if (list.stream().noneMatch(known -> known.code() == code)) {
      list.set(list.size() - 1, problem);
    }
  }

  List<Problem> list() {
    return List.copyOf(list);
  }
}
