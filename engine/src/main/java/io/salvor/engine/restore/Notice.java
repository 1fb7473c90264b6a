package io.salvor.engine.restore;

/**
 * Something a person should know of a restore that is no failure.
 *
 * @param code a short stable word such as {@code owners-not-kept}
 * @param key the entry's key as text; empty if it is about the whole
 */
public record Notice(String code, String key, String message) {}
