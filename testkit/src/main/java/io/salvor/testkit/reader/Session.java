package io.salvor.testkit.reader;

import io.salvor.testkit.reader.Objects.Form;
import io.salvor.testkit.reader.SmallObjects.Opened;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the objects of a session say (§11).
 *
 * @param checkpoint the manifest in its last checkpoint, if there is one
 * @param isFinal whether that is the manifest as it was going to be sealed
 * @param isOpened whether the opening is there
 */
record Session(
    Id id,
    boolean isOpened,
    boolean hasEnded,
    boolean isRevoked,
    @Nullable Manifest checkpoint,
    boolean isFinal) {

  static Map<Id, Session> read(Objects objects, SmallObjects small, Findings findings)
      throws IOException {
    Map<Id, Session> sessions = new TreeMap<>();
    for (String name : objects.list(Form.OPENING)) {
      findings.attempt(name, () -> opening(small.open(name, 48)));
      Session session = of(sessions, name);
      put(sessions, new Session(session.id, true, false, false, null, false));
    }
    // Ascending, so that the last one stays.
    for (String name : objects.list(Form.CHECKPOINT)) {
      Session session = of(sessions, name);
      Fields fields = findings.attempt(name, () -> checkpoint(name, small.open(name, 49)));
      if (fields != null) {
        Manifest manifest = findings.attempt(name, () -> Manifest.parse(fields.binary(2)));
        put(
            sessions,
            new Session(session.id, session.isOpened, false, false, manifest, fields.flag(3)));
      }
    }
    for (String name : objects.list(Form.END)) {
      Session s = of(sessions, name);
      if (findings.attempt(name, () -> end(small.open(name, 50))) != null) {
        put(sessions, new Session(s.id, s.isOpened, true, false, s.checkpoint, s.isFinal));
      }
    }
    for (String name : objects.list(Form.REVOCATION)) {
      Session s = of(sessions, name);
      if (findings.attempt(name, () -> revocation(small.open(name, 51))) != null) {
        put(sessions, new Session(s.id, s.isOpened, s.hasEnded, true, s.checkpoint, s.isFinal));
      }
    }
    return sessions;
  }

  private static Session of(Map<Id, Session> sessions, String name) {
    Id id = Objects.id(name);
    return sessions.getOrDefault(id, new Session(id, false, false, false, null, false));
  }

  private static void put(Map<Id, Session> sessions, Session session) {
    sessions.put(session.id, session);
  }

  private static Fields named(Opened opened) throws DamageException {
    Fields fields = opened.fields();
    DamageException.unless(fields.id(0).equals(opened.id()), "it is of another session");
    return fields;
  }

  static Fields opening(Opened opened) throws DamageException {
    Fields fields = named(opened);
    fields.time(2);
    fields.idIfAny(3);
    for (int text : new int[] {1, 4, 5, 6}) {
      fields.text(text);
    }
    return fields;
  }

  private static Fields checkpoint(String name, Opened opened) throws DamageException {
    Fields fields = named(opened);
    long number = Long.parseLong(name.substring(name.length() - 8));
    DamageException.unless(number >= 1, "there is no checkpoint 0");
    fields.number(1, number, number);
    fields.flag(3);
    return fields;
  }

  private static Fields end(Opened opened) throws DamageException {
    Fields fields = named(opened);
    fields.number(1, 0, 1);
    return fields;
  }

  private static Fields revocation(Opened opened) throws DamageException {
    Fields fields = named(opened);
    fields.time(1);
    fields.text(2);
    fields.flag(3);
    return fields;
  }
}
