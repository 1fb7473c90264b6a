package io.salvor.testkit.storage;

/** How much of a change is there after it was cut off. */
public enum Extent {
  NOTHING,
  /** An object that ends early, at a place that depends on the seed; a delete is not done. */
  TORN,
  WHOLE
}
