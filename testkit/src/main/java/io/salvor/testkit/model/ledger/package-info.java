/**
 * The ledger's part of the model: key holders write entries and look for losses, somebody forgets a
 * backup, somebody sums up the entries and deletes those that are covered, and an adversary in the
 * storage takes away whatever it likes, once.
 */
@NullMarked
package io.salvor.testkit.model.ledger;

import org.jspecify.annotations.NullMarked;
