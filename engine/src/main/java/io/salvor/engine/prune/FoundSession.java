package io.salvor.engine.prune;

import io.salvor.engine.backup.Manifest;
import io.salvor.engine.backup.ManifestCodec;
import io.salvor.engine.backup.SessionRecord;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.durable.ProcessMark;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session that its author has not ended.
 *
 * @param open null if its opening is damaged or gone
 * @param checkpoint the latest that can be read
 * @param revoked whether somebody has given it up
 * @param closed whether the ledger says which of its manifests count
 * @param heard when it has given a sign of life last, if ever
 */
public record FoundSession(
    ObjectId id,
    SessionRecord.@Nullable Open open,
    SessionRecord.@Nullable Checkpoint checkpoint,
    boolean revoked,
    boolean closed,
    @Nullable Instant heard) {

  /** One that has given no sign of life. */
  FoundSession(
      ObjectId id,
      SessionRecord.@Nullable Open open,
      SessionRecord.@Nullable Checkpoint checkpoint,
      boolean revoked,
      boolean closed) {
    this(id, open, checkpoint, revoked, closed, null);
  }

  /** Whether nobody may be at work in it any more, so that nothing has to be waited for. */
  public boolean isGivenUp() {
    return revoked || closed;
  }

  /** Whether its writer has died on this machine. */
  public boolean isDead() {
    return process().map(ProcessMark::isDead).orElse(false);
  }

  private Optional<ProcessMark> process() {
    return open == null ? Optional.empty() : ProcessMark.parse(open.process());
  }

  /**
   * Whether nothing was heard of its writer for so long, by this machine's clock. A process that
   * lives on this machine may have been stopped, as the machine itself.
   */
  public boolean isSilent(Duration most, Instant now) {
    return !process().map(ProcessMark::lives).orElse(false) && isUnheardOf(most, now);
  }

  private boolean isUnheardOf(Duration most, Instant now) {
    return lastSign().map(sign -> sign.plus(most).isBefore(now)).orElse(false);
  }

  /** When something was heard of its writer last. */
  public Optional<Instant> lastSign() {
    Optional<Instant> written = manifest().map(Manifest::finished);
    Optional<Instant> begun =
        written.isPresent() || open == null ? written : Optional.of(open.started());
    return heard != null && begun.map(heard::isAfter).orElse(true) ? Optional.of(heard) : begun;
  }

  FoundSession heardAt(@Nullable Instant sign) {
    return new FoundSession(id, open, checkpoint, revoked, closed, sign);
  }

  /** What the checkpoint holds, if it can be read. */
  Optional<Manifest> manifest() {
    if (checkpoint == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(ManifestCodec.decode(checkpoint.manifest()));
    } catch (MalformedException e) {
      return Optional.empty();
    }
  }
}
