package io.salvor.engine.restore;

import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.progress.Progress;

/**
 * A kind of target that is no directory, chosen by the address that a person writes. One explicit
 * list names them all.
 */
public interface TargetProvider {

  /** Whether the address is one of this kind; it need not be a usable one. */
  boolean handles(String address);

  /**
   * Opens a target, which need not exist; nothing in it is changed before a plan is applied. What
   * {@link Target#address} then says is all that is needed to open it again, a mapping included.
   *
   * @param mapping what bears another name there
   * @param blobs where contents come from
   * @throws io.salvor.engine.error.SalvorException USAGE or TARGET_UNUSABLE
   */
  Target open(String address, Mapping mapping, BlobSource blobs, Progress progress);

  /**
   * What bears another name in a target, beside what a person has said: a target may be named like
   * no part of the source.
   *
   * @param address of the target
   * @param source the normal address of what was backed up
   * @throws io.salvor.engine.error.SalvorException USAGE or TARGET_INCOMPATIBLE
   */
  default Mapping mapping(String address, Mapping asked, String source) {
    return asked;
  }

  /**
   * What a restore is about whose patterns are these: a target may know what belongs to what was
   * asked for.
   */
  default Scope scope(Scope asked, Mapping mapping) {
    return asked;
  }

  /** The same of a mode, some of which are about a part of that. */
  default Scope scope(Scope asked, Mapping mapping, RestoreMode mode) {
    return scope(asked, mapping);
  }
}
