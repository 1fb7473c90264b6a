/**
 * Recorded runs of the real code, held against the rules of the protocol's model: which storage
 * operation has to have ended before which other one begins. A recording shows names and order;
 * what objects say, it does not show.
 */
@NullMarked
package io.salvor.testkit.protocol;

import org.jspecify.annotations.NullMarked;
