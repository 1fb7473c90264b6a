package io.salvor.engine.entry;

/** The numbers of a device node. */
public record Device(int major, int minor) {
  public Device {
    if (major < 0 || minor < 0) {
      throw new IllegalArgumentException("device " + major + ":" + minor);
    }
  }
}
