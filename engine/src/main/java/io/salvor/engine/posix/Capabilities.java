package io.salvor.engine.posix;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a {@link Posix} can do.
 *
 * @param present what it can do
 * @param detail one line for people: which implementation, which kernel calls, and why not more
 */
public record Capabilities(Set<Capability> present, String detail) {

  public Capabilities {
    EnumSet<Capability> copy = EnumSet.noneOf(Capability.class);
    copy.addAll(present);
    present = Collections.unmodifiableSet(copy);
  }

  /** Whether it can do this. */
  public boolean has(Capability capability) {
    return present.contains(capability);
  }

  /** What it cannot do. */
  public Set<Capability> missing() {
    EnumSet<Capability> missing = EnumSet.allOf(Capability.class);
    missing.removeAll(present);
    return Collections.unmodifiableSet(missing);
  }
}
