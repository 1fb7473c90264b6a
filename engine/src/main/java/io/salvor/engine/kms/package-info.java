/**
 * Keys that lie outside the repository and never leave the place where they lie.
 *
 * <p>A <em>key service</em> wraps and unwraps small secrets with one key that it keeps, and can
 * destroy that key: then nothing that was wrapped with it can be unwrapped by anybody, whatever was
 * copied. A <em>context</em> is bound to what is wrapped and has to be said again. {@link
 * io.salvor.engine.kms.KeyServices} lists the kinds by the beginning of their references.
 */
@NullMarked
package io.salvor.engine.kms;

import org.jspecify.annotations.NullMarked;
