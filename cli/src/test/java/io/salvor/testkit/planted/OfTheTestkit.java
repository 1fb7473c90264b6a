package io.salvor.testkit.planted;

/** Something that only tests may use. */
public final class OfTheTestkit {}
