/**
 * How a repository is described and opened (docs/format.md §3 and §4).
 *
 * <p>A <em>credential</em> is a key pair behind a passphrase or a key of a key service; a
 * <em>grant</em> seals the repository's secrets to a credential; an <em>epoch</em> is the key pair
 * that objects are sealed to. The <em>authority</em> signs grants and epochs, and each credential
 * names it, as it names the hash of the object {@code salvor}: so whoever opens one notices when
 * any of them was exchanged. An <em>opener</em> is what opens a credential: a passphrase, or a key
 * of a key service.
 *
 * <p>{@link io.salvor.engine.keys.Keys} makes and opens repositories; what comes out has a {@link
 * io.salvor.engine.crypto.KeyRing}. {@link io.salvor.engine.keys.KeyRegister} changes who may open
 * them. The ledger names every key object from the first change on, so that a hidden epoch shows,
 * and a withdrawn credential that was put back ({@link io.salvor.engine.keys.KeyAudit}).
 */
@NullMarked
package io.salvor.engine.keys;

import org.jspecify.annotations.NullMarked;
