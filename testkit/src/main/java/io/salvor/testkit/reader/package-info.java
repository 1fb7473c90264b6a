/**
 * A reader of repositories that was written from {@code docs/format.md} alone and shares no code
 * with the engine: what both understand alike is what the page says. It is a companion to the page,
 * chapter by chapter, and makes no attempt to be fast.
 *
 * <p>§1 {@link io.salvor.testkit.reader.Bytes}, {@link io.salvor.testkit.reader.Cbor}, {@link
 * io.salvor.testkit.reader.Suite}, {@link io.salvor.testkit.reader.Hpke}; §2 {@link
 * io.salvor.testkit.reader.Objects}; §3 {@link io.salvor.testkit.reader.Description}; §4 {@link
 * io.salvor.testkit.reader.KeyObject}, {@link io.salvor.testkit.reader.KeyRing}; §5 {@link
 * io.salvor.testkit.reader.Header}, {@link io.salvor.testkit.reader.SmallObjects}; §6 {@link
 * io.salvor.testkit.reader.PackListing}, {@link io.salvor.testkit.reader.Pack}; §7 {@link
 * io.salvor.testkit.reader.Segment}, {@link io.salvor.testkit.reader.Index}; §8 {@link
 * io.salvor.testkit.reader.Key}, {@link io.salvor.testkit.reader.TreeNode}, {@link
 * io.salvor.testkit.reader.Tree}, {@link io.salvor.testkit.reader.Content}; §9 {@link
 * io.salvor.testkit.reader.Entry}; §10 {@link io.salvor.testkit.reader.Manifest}; §11 {@link
 * io.salvor.testkit.reader.Session}, {@link io.salvor.testkit.reader.Condemnation}; §12 {@link
 * io.salvor.testkit.reader.LedgerEntry}, {@link io.salvor.testkit.reader.Ledger}; §13 {@link
 * io.salvor.testkit.reader.Fact}. {@link io.salvor.testkit.reader.RepositoryReader} puts them
 * together, {@link io.salvor.testkit.reader.Main} is a command.
 *
 * <p>Contract: it never writes; what it refuses is a {@link
 * io.salvor.testkit.reader.DamageException}, and nothing is taken from what was refused. It uses
 * the JDK, Bouncy Castle's primitives and Zstandard, and no other class of ours (a test holds it).
 */
@NullMarked
package io.salvor.testkit.reader;

import org.jspecify.annotations.NullMarked;
