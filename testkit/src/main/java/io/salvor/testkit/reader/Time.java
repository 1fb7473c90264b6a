package io.salvor.testkit.reader;

/** A time (§1): seconds since 1970, and nanoseconds from 0 to 999 999 999. */
public record Time(long seconds, int nanoseconds) {
  static Time of(Cbor value) throws DamageException {
    if (value instanceof Cbor.Array array && array.items().size() == 2) {
      long seconds = Cbor.number(array.items().get(0), Long.MIN_VALUE, Long.MAX_VALUE);
      return new Time(seconds, (int) Cbor.number(array.items().get(1), 0, 999_999_999));
    }
    throw new DamageException("a time is not [seconds, nanoseconds]");
  }
}
