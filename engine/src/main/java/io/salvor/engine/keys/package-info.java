/**
 * How a repository is described and opened (docs/format.md §3 and §4).
 *
 * <p>A <em>credential</em> is a key pair behind a passphrase; a <em>grant</em> seals the
 * repository's secrets to a credential; an <em>epoch</em> is the key pair that objects are sealed
 * to. The <em>authority</em> signs grants and epochs, and each credential names it, as it names the
 * hash of the object {@code salvor}: so whoever knows a passphrase notices when any of them was
 * exchanged.
 *
 * <p>{@link io.salvor.engine.keys.Keys} makes and opens repositories; what comes out is a {@link
 * io.salvor.engine.crypto.KeyRing}.
 */
@NullMarked
package io.salvor.engine.keys;

import org.jspecify.annotations.NullMarked;
