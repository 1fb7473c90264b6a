package io.salvor.testkit.reader;

import java.math.BigInteger;
import java.util.List;
import java.util.SortedMap;

/** CBOR as far as the page allows it (§1). */
sealed interface Cbor {
  record Int(BigInteger value) implements Cbor {}

  record Binary(byte[] value) implements Cbor {}

  record Text(String value) implements Cbor {}

  record Array(List<Cbor> items) implements Cbor {}

  record Map(SortedMap<BigInteger, Cbor> fields) implements Cbor {}

  record Bool(boolean value) implements Cbor {}

  record Null() implements Cbor {}

  static Cbor parse(byte[] bytes) throws DamageException {
    Bytes in = new Bytes(bytes);
    Cbor value = new CborParser(in).value(0);
    in.end();
    return value;
  }

  static long number(Cbor value, long least, long most) throws DamageException {
    if (value instanceof Int(BigInteger number)
        && number.bitLength() < 64
        && number.longValue() >= least
        && number.longValue() <= most) {
      return number.longValue();
    }
    throw new DamageException("no number from " + least + " to " + most + ": " + value);
  }

  static byte[] binary(Cbor value) throws DamageException {
    if (value instanceof Binary(byte[] bytes)) {
      return bytes;
    }
    throw new DamageException("not a byte string");
  }

  static byte[] binary(Cbor value, int length) throws DamageException {
    byte[] bytes = binary(value);
    DamageException.unless(bytes.length == length, "a byte string has not " + length + " bytes");
    return bytes;
  }

  static Id id(Cbor value) throws DamageException {
    return Id.of(binary(value, 16));
  }

  static Id blobId(Cbor value) throws DamageException {
    return Id.of(binary(value, 32));
  }

  static String text(Cbor value) throws DamageException {
    if (value instanceof Text(String text)) {
      return text;
    }
    throw new DamageException("not a text");
  }

  static List<Cbor> array(Cbor value) throws DamageException {
    if (value instanceof Array(List<Cbor> items)) {
      return items;
    }
    throw new DamageException("not an array");
  }

  /** Arrays have exactly the items that are given on the page. */
  static List<Cbor> tuple(Cbor value, int items) throws DamageException {
    List<Cbor> array = array(value);
    DamageException.unless(array.size() == items, "an array has not " + items + " items");
    return array;
  }
}
