package io.salvor.engine.restore;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.tree.Key;

/**
 * An entry of a target as it is now.
 *
 * @param entry its metadata; a file's content is not known and stands as one hole of its size
 */
public record LiveItem(Key key, Entry entry, Fingerprint fingerprint) {}
