package io.salvor.engine.restore;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.restore.RestoreReport.Problem;
import io.salvor.engine.restore.RestoreReport.Results;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reports as bytes. */
final class ReportCodec {
  private ReportCodec() {}

  static byte[] encode(RestoreReport report) {
    CborWriter out = new CborWriter().map();
    out.key(0).uint(report.status().ordinal());
    out.key(1).time(report.started()).key(2).time(report.finished());
    out.key(3).text(report.undo());
    Results r = report.results();
    out.key(4).array().uint(r.created()).uint(r.updated()).uint(r.deleted());
    out.uint(r.moved()).uint(r.failed()).uint(r.bytes()).end();
    problems(out.key(5), report.problems());
    PlanCodec.notices(out.key(6), report.notices());
    return out.end().toByteArray();
  }

  static void problems(CborWriter out, List<Problem> problems) {
    out.array();
    for (Problem p : problems) {
      out.array().text(p.key()).text(p.code().name()).text(p.message()).end();
    }
    out.end();
  }

  static List<Problem> problems(CborReader in) {
    List<Problem> problems = new ArrayList<>();
    for (int n = in.array(); n > 0; n--) {
      in.array(3);
      problems.add(new Problem(in.text(), ErrorCode.valueOf(in.text()), in.text()));
    }
    return problems;
  }

  /**
   * Reads a report.
   *
   * @throws MalformedException if it is none
   */
  static RestoreReport decode(byte[] bytes) {
    try {
      return read(new CborReader(bytes));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("a restore's report: " + e.getMessage(), e);
    }
  }

  private static RestoreReport read(CborReader in) {
    RestoreStatus status = RestoreStatus.FAILED;
    Instant started = Instant.EPOCH;
    Instant finished = Instant.EPOCH;
    String undo = "";
    Results results = new Results(0, 0, 0, 0, 0, 0);
    List<Problem> problems = List.of();
    List<Notice> notices = List.of();
    in.map();
    for (int field = in.nextKey(); field >= 0; field = in.nextKey()) {
      switch (field) {
        case 0 -> status = RestoreStatus.values()[in.uint(RestoreStatus.values().length - 1)];
        case 1 -> started = in.time();
        case 2 -> finished = in.time();
        case 3 -> undo = in.text();
        case 4 -> {
          in.array(6);
          results = new Results(in.uint(), in.uint(), in.uint(), in.uint(), in.uint(), in.uint());
        }
        case 5 -> problems = problems(in);
        case 6 -> notices = PlanCodec.notices(in);
        default -> in.skip();
      }
    }
    in.end();
    return new RestoreReport(status, started, finished, undo, results, problems, notices);
  }
}
