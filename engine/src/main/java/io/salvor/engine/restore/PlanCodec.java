package io.salvor.engine.restore;

import io.salvor.engine.codec.CborReader;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.restore.RestorePlan.Counts;
import io.salvor.engine.restore.RestorePlan.Options;
import io.salvor.engine.restore.RestorePlan.Origin;
import io.salvor.engine.restore.RestorePlan.Volume;
import io.salvor.engine.tree.Key;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The header of a plan as bytes. */
final class PlanCodec {
  private PlanCodec() {}

  static byte[] encode(RestorePlan plan) {
    CborWriter out = new CborWriter().map();
    out.key(0).text(plan.id().text()).key(1).time(plan.made());
    Origin origin = plan.origin();
    out.key(2).array().text(origin.repository()).text(origin.backup()).text(origin.rollbackOf());
    out.end().key(3).text(plan.provider()).key(4).text(plan.target());
    Options options = plan.options();
    out.key(5).array().uint(options.mode().ordinal()).uint(options.strategy().ordinal());
    out.bool(options.deleteExtra()).uint(options.check().ordinal()).end();
    Counts c = plan.counts();
    out.key(6).array().uint(c.create()).uint(c.update()).uint(c.delete()).uint(c.unchanged());
    out.uint(c.conflicts()).uint(c.open()).uint(c.skipped()).end();
    Volume v = plan.volume();
    out.key(7).array().uint(v.write()).uint(v.undo()).uint(v.estimatedMs()).end();
    out.key(8).bool(plan.alters());
    notices(out.key(9), plan.warnings());
    notices(out.key(10), plan.irreversible());
    out.key(11).array();
    plan.leftovers().forEach(key -> out.bytes(key.encoded()));
    out.end();
    if (!plan.problems().isEmpty()) {
      ReportCodec.problems(out.key(12), plan.problems());
    }
    return out.end().toByteArray();
  }

  static void notices(CborWriter out, List<Notice> notices) {
    out.array();
    for (Notice n : notices) {
      out.array().text(n.code()).text(n.key()).text(n.message()).end();
    }
    out.end();
  }

  static List<Notice> notices(CborReader in) {
    List<Notice> notices = new ArrayList<>();
    for (int n = in.array(); n > 0; n--) {
      in.array(3);
      notices.add(new Notice(in.text(), in.text(), in.text()));
    }
    return notices;
  }

  /**
   * Reads a header.
   *
   * @throws MalformedException if it is none
   */
  static RestorePlan decode(byte[] bytes) {
    try {
      return read(new CborReader(bytes));
    } catch (IllegalArgumentException e) {
      throw new MalformedException("the header of a plan: " + e.getMessage(), e);
    }
  }

  private static RestorePlan read(CborReader in) {
    RestoreId id = null;
    Instant made = null;
    Origin origin = null;
    String provider = "";
    String target = "";
    Options options = null;
    Counts counts = null;
    Volume volume = null;
    boolean alters = true;
    List<Notice> warnings = List.of();
    List<Notice> irreversible = List.of();
    List<RestoreReport.Problem> problems = List.of();
    List<Key> leftovers = new ArrayList<>();
    in.map();
    for (int field = in.nextKey(); field >= 0; field = in.nextKey()) {
      switch (field) {
        case 0 -> id = new RestoreId(in.text());
        case 1 -> made = in.time();
        case 2 -> {
          in.array(3);
          origin = new Origin(in.text(), in.text(), in.text());
        }
        case 3 -> provider = in.text();
        case 4 -> target = in.text();
        case 5 -> {
          in.array(4);
          RestoreMode mode = RestoreMode.values()[in.uint(RestoreMode.values().length - 1)];
          ConflictStrategy strategy =
              ConflictStrategy.values()[in.uint(ConflictStrategy.values().length - 1)];
          boolean deleteExtra = in.bool();
          Check check = Check.values()[in.uint(Check.values().length - 1)];
          options = new Options(mode, strategy, deleteExtra, check);
        }
        case 6 -> {
          in.array(7);
          counts =
              new Counts(
                  in.uint(), in.uint(), in.uint(), in.uint(), in.uint(), in.uint(), in.uint());
        }
        case 7 -> {
          in.array(3);
          volume = new Volume(in.uint(), in.uint(), in.uint());
        }
        case 8 -> alters = in.bool();
        case 9 -> warnings = notices(in);
        case 10 -> irreversible = notices(in);
        case 11 -> {
          for (int n = in.array(); n > 0; n--) {
            leftovers.add(Key.decode(in.bytes()));
          }
        }
        case 12 -> problems = ReportCodec.problems(in);
        default -> in.skip();
      }
    }
    in.end();
    return new RestorePlan(
        need(id),
        need(made),
        need(origin),
        provider,
        target,
        need(options),
        need(counts),
        need(volume),
        alters,
        warnings,
        irreversible,
        problems,
        leftovers);
  }

  private static <T> T need(@Nullable T value) {
    if (value == null) {
      throw new MalformedException("a plan whose header lacks a field");
    }
    return value;
  }
}
