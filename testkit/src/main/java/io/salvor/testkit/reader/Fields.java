package io.salvor.testkit.reader;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A CBOR map with the fields of a message. Fields that the page does not name are ignored; absent
 * texts and lists are empty ones.
 */
final class Fields {
  private final SortedMap<BigInteger, Cbor> fields;

  private Fields(SortedMap<BigInteger, Cbor> fields) {
    this.fields = fields;
  }

  static Fields parse(byte[] message) throws DamageException {
    return of(Cbor.parse(message));
  }

  static Fields of(Cbor value) throws DamageException {
    if (value instanceof Cbor.Map(var fields)) {
      return new Fields(fields);
    }
    throw new DamageException("not a map");
  }

  boolean has(int key) {
    return fields.containsKey(BigInteger.valueOf(key));
  }

  @Nullable Cbor find(int key) {
    return fields.get(BigInteger.valueOf(key));
  }

  Cbor get(int key) throws DamageException {
    Cbor value = find(key);
    if (value == null) {
      throw new DamageException("field " + key + " is missing");
    }
    return value;
  }

  long number(int key, long least, long most) throws DamageException {
    return Cbor.number(get(key), least, most);
  }

  byte[] binary(int key) throws DamageException {
    return Cbor.binary(get(key));
  }

  byte[] binary(int key, int length) throws DamageException {
    return Cbor.binary(get(key), length);
  }

  Id id(int key) throws DamageException {
    return Cbor.id(get(key));
  }

  @Nullable Id idIfAny(int key) throws DamageException {
    return has(key) ? id(key) : null;
  }

  String text(int key) throws DamageException {
    return has(key) ? Cbor.text(get(key)) : "";
  }

  Time time(int key) throws DamageException {
    return Time.of(get(key));
  }

  boolean flag(int key) throws DamageException {
    if (get(key) instanceof Cbor.Bool(boolean value)) {
      return value;
    }
    throw new DamageException("field " + key + " is neither true nor false");
  }

  List<Cbor> array(int key) throws DamageException {
    return has(key) ? Cbor.array(get(key)) : List.of();
  }

  /** An array of a fixed length. */
  List<Cbor> tuple(int key, int items) throws DamageException {
    return Cbor.tuple(get(key), items);
  }

  /** Numbers from 0 on. */
  long[] counts(int key, int items) throws DamageException {
    List<Cbor> tuple = tuple(key, items);
    long[] counts = new long[items];
    for (int i = 0; i < items; i++) {
      counts[i] = Cbor.number(tuple.get(i), 0, Long.MAX_VALUE);
    }
    return counts;
  }

  List<String> texts(int key) throws DamageException {
    List<String> texts = new ArrayList<>();
    for (Cbor item : array(key)) {
      texts.add(Cbor.text(item));
    }
    return texts;
  }

  /** Ids in an array, ascending. */
  List<Id> ids(List<Cbor> array) throws DamageException {
    List<Id> ids = new ArrayList<>();
    for (Cbor item : array) {
      ids.add(Cbor.id(item));
    }
    return ascending(ids);
  }

  /** Ids one after the other in a byte string, ascending. */
  List<Id> packedIds(int key) throws DamageException {
    List<Id> ids = new ArrayList<>();
    if (has(key)) {
      Bytes in = new Bytes(binary(key));
      while (in.left() > 0) {
        ids.add(in.id());
      }
    }
    return ascending(ids);
  }

  /** Pairs of texts, keys ascending by their UTF-8 bytes. */
  Map<String, String> labels(int key) throws DamageException {
    TreeMap<String, String> labels = new TreeMap<>(Suite::compareText);
    for (Cbor item : array(key)) {
      List<Cbor> pair = Cbor.tuple(item, 2);
      String name = Cbor.text(pair.get(0));
      DamageException.unless(
          labels.isEmpty() || Suite.compareText(labels.lastKey(), name) < 0,
          "labels do not ascend");
      labels.put(name, Cbor.text(pair.get(1)));
    }
    return labels;
  }

  private static List<Id> ascending(List<Id> ids) throws DamageException {
    for (int i = 1; i < ids.size(); i++) {
      DamageException.unless(ids.get(i - 1).compareTo(ids.get(i)) < 0, "ids do not ascend");
    }
    return ids;
  }
}
