package io.salvor.testkit.reader;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads deterministic CBOR, and refuses all the rest (§1). */
final class CborParser {
  private static final int DEEPEST = 16;

  private final Bytes in;

  CborParser(Bytes in) {
    this.in = in;
  }

  Cbor value(int depth) throws DamageException {
    int first = in.u8();
    int major = first >> 5;
    int info = first & 0x1f;
    if (major == 7) {
      return switch (info) {
        case 20 -> new Cbor.Bool(false);
        case 21 -> new Cbor.Bool(true);
        case 22 -> new Cbor.Null();
        default -> throw new DamageException("CBOR of a kind that the format does not use");
      };
    }
    BigInteger argument = argument(info);
    return switch (major) {
      case 0 -> new Cbor.Int(argument);
      case 1 -> new Cbor.Int(argument.not());
      case 2 -> new Cbor.Binary(in.take(length(argument)));
      case 3 -> new Cbor.Text(utf8(in.take(length(argument))));
      case 4 -> array(length(argument), depth + 1);
      case 5 -> map(length(argument), depth + 1);
      default -> throw new DamageException("CBOR has a tag");
    };
  }

  private BigInteger argument(int info) throws DamageException {
    if (info < 24) {
      return BigInteger.valueOf(info);
    }
    DamageException.unless(info <= 27, "CBOR of indefinite length");
    int length = 1 << (info - 24);
    BigInteger value = new BigInteger(1, in.take(length));
    BigInteger shorter =
        length == 1 ? BigInteger.valueOf(24) : BigInteger.ONE.shiftLeft(4 * length);
    DamageException.unless(value.compareTo(shorter) >= 0, "a CBOR number is not in shortest form");
    return value;
  }

  /** Every item takes a byte at least, so what is longer than the rest cannot be there. */
  private int length(BigInteger argument) throws DamageException {
    DamageException.unless(
        argument.compareTo(BigInteger.valueOf(in.left())) <= 0, "CBOR ends too early");
    return argument.intValue();
  }

  private Cbor array(int length, int depth) throws DamageException {
    DamageException.unless(depth <= DEEPEST, "CBOR is nested too deeply");
    List<Cbor> items = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      items.add(value(depth));
    }
    return new Cbor.Array(items);
  }

  private Cbor map(int length, int depth) throws DamageException {
    DamageException.unless(depth <= DEEPEST, "CBOR is nested too deeply");
    SortedMap<BigInteger, Cbor> fields = new TreeMap<>();
    for (int i = 0; i < length; i++) {
      int first = in.u8();
      DamageException.unless(first >> 5 == 0, "a CBOR key is not an unsigned integer");
      BigInteger key = argument(first);
      DamageException.unless(
          fields.isEmpty() || fields.lastKey().compareTo(key) < 0, "CBOR keys do not ascend");
      fields.put(key, value(depth));
    }
    return new Cbor.Map(fields);
  }

  private static String utf8(byte[] bytes) throws DamageException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new DamageException("a CBOR text is not UTF-8");
    }
  }
}
