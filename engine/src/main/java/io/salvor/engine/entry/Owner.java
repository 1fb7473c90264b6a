package io.salvor.engine.entry;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A user or a group; the array is not to be changed.
 *
 * @param id 0 to 2³²−1
 * @param name null if the system knew none
 */
public record Owner(long id, byte @Nullable [] name) {
  /** The greatest id. */
  public static final long MAX_ID = 0xffff_ffffL;

  // Written out, for javac keeps the parameter's @Nullable from other modules otherwise.
  public Owner(long id, byte @Nullable [] name) {
    if (id < 0 || id > MAX_ID) {
      throw new IllegalArgumentException("an owner's id of " + id);
    }
    this.id = id;
    this.name = name;
  }

  /** Whether both are the same as far as is known: a name counts where both have one. */
  public boolean isSame(Owner other) {
    return id == other.id
        && (name == null || other.name == null || Arrays.equals(name, other.name));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Owner owner && id == owner.id && Arrays.equals(name, owner.name);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(id);
  }
}
