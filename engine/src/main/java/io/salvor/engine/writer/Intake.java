package io.salvor.engine.writer;

import io.salvor.engine.crypto.KeyRing;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.index.IndexSegment;
import io.salvor.engine.index.PackDescription;
import io.salvor.engine.index.PackSummary;
import io.salvor.engine.index.SegmentWriter;
import io.salvor.engine.pack.PackReader;
import io.salvor.engine.pack.PackReport;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what write-only clients have stored: reads every byte of the packs that their segments
 * name, and names those that are what they are said to be in segments of the authority's, which
 * stand for the clients'. From then on they are like any others. Nothing is lost by a crash: what
 * was not taken in yet is taken in by the next run.
 */
public final class Intake {
  /** Of what the storage did not give: nothing is decided about it. */
  private static final String WAITS =
      "Check the disk or the service behind the storage; `salvor key writer accept`, and each"
          + " prune, looks at it again";

  private static final String REMEDY =
      "Find out what happened on the machine; `salvor key writer remove` withdraws it";

  private final Repository repository;
  private final Storage storage;
  private final KeyRing keys;
  private final Progress progress;
  private final PackReader packs;
  private final List<Refusal> refused = new ArrayList<>();
  private long accepted;
  private long bytes;

  /**
   * What a run came to.
   *
   * @param packs that were read and found right
   * @param bytes of those
   * @param refused what was found wrong; nothing of it is in the index
   */
  public record Report(long packs, long bytes, List<Refusal> refused) {
    public Report {
      refused = List.copyOf(refused);
    }
  }

  /**
   * Something that a client has stored and that is not taken in.
   *
   * @param host the client's
   */
  public record Refusal(String host, ObjectName object, String why, String remedy) {}

  private Intake(Repository repository, Progress progress) {
    this.repository = repository;
    this.storage = repository.storage();
    this.keys = repository.keys();
    this.progress = progress;
    this.packs = new PackReader(storage, keys);
  }

  /** Takes in everything that is waiting. */
  public static Report run(Repository repository, Progress progress) throws IOException {
    return new Intake(repository, progress).run();
  }

  /** The clients' segments that nobody has taken in yet. */
  public static Set<ObjectId> waiting(Repository repository) throws IOException {
    return new Intake(repository, Progress.NONE).segments().keySet();
  }

  /** Those of one client. */
  public static Set<ObjectId> waiting(Repository repository, ObjectId client) throws IOException {
    Map<ObjectId, KeyRing.Writer> all = new Intake(repository, Progress.NONE).segments();
    all.values().removeIf(writer -> !writer.id().equals(client));
    return all.keySet();
  }

  private Report run() throws IOException {
    progress.phase("intake");
    Map<ObjectId, KeyRing.Writer> waiting = segments();
    if (waiting.isEmpty()) {
      return new Report(0, 0, List.of());
    }
    Map<ObjectId, PackSummary> known = new HashMap<>();
    repository.index().packs(pack -> known.put(pack.id(), pack));
    for (Map.Entry<ObjectId, KeyRing.Writer> segment : waiting.entrySet()) {
      progress.checkCancelled();
      take(segment.getKey(), segment.getValue(), known);
    }
    repository.index().refresh();
    return new Report(accepted, bytes, refused);
  }

  private Map<ObjectId, KeyRing.Writer> segments() throws IOException {
    Map<ObjectId, KeyRing.Writer> segments = new TreeMap<>();
    storage.list(
        ObjectKind.INDEX_SEGMENT.prefix(),
        info ->
            ObjectKind.INDEX_SEGMENT
                .idIn(info.name())
                .filter(keys::isForeign)
                .ifPresent(id -> keys.writerOf(id).ifPresent(writer -> segments.put(id, writer))));
    if (!segments.isEmpty()) {
      repository.index().refresh();
      segments.keySet().removeAll(repository.index().superseded());
    }
    return segments;
  }

  private void take(ObjectId id, KeyRing.Writer writer, Map<ObjectId, PackSummary> known)
      throws IOException {
    IndexSegment segment;
    try {
      segment = IndexSegment.read(storage, keys, id);
    } catch (NoSuchFileException e) {
      return;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      refuse(writer, ObjectKind.INDEX_SEGMENT.name(id), e.why());
      return;
    }
    List<PackDescription> right = new ArrayList<>();
    for (PackDescription pack : segment.packs()) {
      switch (judge(pack, writer, known.get(pack.id()))) {
        case RIGHT -> right.add(pack);
        case WRONG -> {}
        case WITHHELD -> {
          // Refused once, it would be refused for good.
          return;
        }
      }
    }
    new SegmentWriter(storage, keys).write(List.of(id), right);
    accepted += right.size();
    right.forEach(pack -> known.put(pack.id(), summary(pack)));
  }

  private enum Judgement {
    RIGHT,
    WRONG,
    /** The storage did not give it, which may pass. */
    WITHHELD
  }

  private Judgement judge(PackDescription pack, KeyRing.Writer writer, @Nullable PackSummary known)
      throws IOException {
    if (pack.id().high() != writer.id().high()) {
      // It would tell lies about somebody else's pack.
      refuse(writer, pack.name(), "its id is not one of the client's");
      return Judgement.WRONG;
    }
    if (known != null) {
      // It is in the index already, as it was found to be then; no second word is taken on it.
      return Judgement.WRONG;
    }
    PackReport report = packs.verify(pack, progress);
    if (!report.isIntact()) {
      // It may have been read wrongly, or not at all for a moment.
      report = packs.verify(pack, progress);
    }
    bytes += report.stored();
    if (report.isIntact()) {
      return Judgement.RIGHT;
    }
    String what = report.damage().getFirst().what();
    if (report.damage().stream().anyMatch(PackReport.Damage::withheld)) {
      refused.add(new Refusal(writer.host(), pack.name(), what, WAITS));
      return Judgement.WITHHELD;
    }
    if (!isCondemned(pack)) {
      refuse(writer, pack.name(), what);
    }
    return Judgement.WRONG;
  }

  /** Of a writer that was given up, and has named its packs since: no fault of the client's. */
  private boolean isCondemned(PackDescription pack) throws IOException {
    repository.condemnations().refresh();
    return repository.condemnations().packs().contains(pack.id());
  }

  private void refuse(KeyRing.Writer writer, ObjectName object, String why) {
    refused.add(new Refusal(writer.host(), object, why, REMEDY));
  }

  private static PackSummary summary(PackDescription pack) {
    return new PackSummary(pack.id(), pack.sha256(), pack.size(), pack.kind());
  }
}
