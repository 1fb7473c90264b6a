/**
 * Sealing to the newest epoch what was sealed to earlier ones.
 *
 * <p>{@link io.salvor.engine.reencrypt.Reencryption} writes packs, manifests and facts anew and
 * takes the old ones away, in an order in which a crash at any moment loses nothing and a further
 * run goes on. {@link io.salvor.engine.reencrypt.Exposure} tells what is still sealed to which
 * epoch, and so what a credential that leaked still opens.
 */
@NullMarked
package io.salvor.engine.reencrypt;

import org.jspecify.annotations.NullMarked;
