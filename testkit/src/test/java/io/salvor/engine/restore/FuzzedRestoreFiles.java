package io.salvor.engine.restore;

import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens the parsers of plans and restore logs to the fuzzer. */
public final class FuzzedRestoreFiles {
  private FuzzedRestoreFiles() {}

  public static Object log(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    return RestoreLog.read(file);
  }

  /** A step; entries of kinds to come are read in backups, and in no plan that is written. */
  public static Object step(byte[] bytes) {
    Step step = StepCodec.decode(bytes, 0, bytes.length);
    if (isUnknown(step.wanted()) || step.live() != null && isUnknown(step.live().entry())) {
      throw new MalformedException("a kind to come");
    }
    return step;
  }

  private static boolean isUnknown(@Nullable Entry entry) {
    return entry != null && entry.kind() == EntryKind.UNKNOWN;
  }

  public static byte[] step(Object step) {
    CborWriter out = new CborWriter();
    StepCodec.encode(out, (Step) step);
    return out.toByteArray();
  }

  public static Object header(byte[] bytes) {
    return PlanCodec.decode(bytes);
  }

  public static byte[] header(Object plan) {
    return PlanCodec.encode((RestorePlan) plan);
  }

  public static Object report(byte[] bytes) {
    return ReportCodec.decode(bytes);
  }

  public static byte[] report(Object report) {
    return ReportCodec.encode((RestoreReport) report);
  }

  /** The header of a plan: a seed. */
  public static byte[] header(Path file) {
    return header((Object) PlanFile.open(file).plan());
  }

  /** A report: a seed. */
  public static byte[] report(Path plan) {
    RestorePlan of = PlanFile.open(plan).plan();
    RestoreReport.Results results = new RestoreReport.Results(1, 2, 3, 4, 5, 6);
    Notice notice = new Notice("code", "key", "message");
    RestoreReport.Problem problem =
        new RestoreReport.Problem("key", ErrorCode.RESTORE_MISMATCH, "message");
    return ReportCodec.encode(
        new RestoreReport(
            RestoreStatus.FAILED,
            of.made(),
            of.made(),
            of.id().text(),
            results,
            List.of(problem),
            List.of(notice)));
  }

  /** The steps of a plan: seeds. */
  public static List<byte[]> steps(Path file) throws IOException {
    List<byte[]> steps = new ArrayList<>();
    try (PlanFile.Steps in = PlanFile.open(file).steps()) {
      for (Step step = in.next(); step != null; step = in.next()) {
        steps.add(step(step));
      }
    }
    return steps;
  }

  public static Object plan(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    PlanFile plan = PlanFile.open(file);
    try (PlanFile.Steps steps = plan.steps()) {
      while (steps.next() != null) {
        // Each is parsed.
      }
    }
    return plan;
  }
}
