/**
 * Bytes of the repository format (docs/format.md §1): deterministic CBOR, varints, SipHash,
 * Zstandard.
 *
 * <p>Readers take hostile input: whatever the bytes are, they end with a value or with {@link
 * io.salvor.engine.codec.MalformedException}, in time and memory bounded by the input's size (by
 * the caller's bound when unpacking). Whoever knows the object's name turns that exception into a
 * {@link io.salvor.engine.error.SalvorException}.
 */
@NullMarked
package io.salvor.engine.codec;

import org.jspecify.annotations.NullMarked;
