package io.salvor.engine.tree;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.MalformedException;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import org.jspecify.annotations.Nullable;

/** Makes the {@link ErrorCode#TREE_DAMAGED} failures of trees, content lists and entries. */
public final class TreeDamage {
  private static final String REMEDY =
      "Run salvor verify --depth full, and restore from another backup or copy";

  private TreeDamage() {}

  /** A tree blob is not what the format says. */
  public static SalvorException of(BlobId node, String why) {
    return of("Tree node " + node, why, null);
  }

  /** An entry's value is not what the format says. */
  public static SalvorException of(Key key, String why) {
    return of("Entry " + (key.isRoot() ? "/" : key), why, null);
  }

  /** A tree blob does not parse. */
  public static SalvorException of(BlobId node, MalformedException cause) {
    return of("Tree node " + node, sentence(cause), cause);
  }

  /** An entry's value does not parse. */
  public static SalvorException of(Key key, MalformedException cause) {
    return of("Entry " + (key.isRoot() ? "/" : key), sentence(cause), cause);
  }

  private static String sentence(MalformedException cause) {
    String text = String.valueOf(cause.getMessage());
    return text.isEmpty() ? text : Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  private static SalvorException of(String what, String why, @Nullable Throwable cause) {
    return new SalvorException(ErrorCode.TREE_DAMAGED, what + " is damaged", why, REMEDY, cause);
  }
}
