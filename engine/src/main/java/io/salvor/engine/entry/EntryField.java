package io.salvor.engine.entry;

import java.util.Locale;

/** What two entries can differ in; as text the names that a diff shows. */
public enum EntryField {
  KIND,
  CONTENT,
  SIZE,
  MODE,
  OWNER,
  GROUP,
  MTIME,
  TARGET,
  DEVICE,
  XATTRS,
  ACL,
  LINKS,
  ATTRIBUTES;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
