package io.salvor.engine.restore;

import io.salvor.engine.entry.EntryField;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What a step does to its entry. */
public sealed interface Change {
  /** The word of JSON. */
  String word();

  /** The entry is made. */
  record Create() implements Change {
    @Override
    public String word() {
      return "create";
    }
  }

  /** The entry is changed in these fields. */
  record Update(Set<EntryField> fields) implements Change {
    public Update {
      EnumSet<EntryField> copy = EnumSet.noneOf(EntryField.class);
      copy.addAll(fields);
      fields = Collections.unmodifiableSet(copy);
    }

    @Override
    public String word() {
      return "update";
    }
  }

  /** The entry is removed. */
  record Delete() implements Change {
    @Override
    public String word() {
      return "delete";
    }
  }
}
