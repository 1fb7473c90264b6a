package io.salvor.testkit.reader;

import io.salvor.testkit.reader.SmallObjects.Opened;
import java.util.List;

/**
 * Packs that will be deleted (§11).
 *
 * @param superseded condemnations whose packs are among these
 */
public record Condemnation(Id id, Time time, List<Id> packs, String author, List<Id> superseded) {
  static Condemnation parse(Opened opened) throws DamageException {
    Fields fields = opened.fields();
    DamageException.unless(fields.id(0).equals(opened.id()), "it has another id");
    return new Condemnation(
        opened.id(),
        fields.time(1),
        fields.packedIds(2),
        fields.text(3),
        fields.ids(fields.array(4)));
  }
}
