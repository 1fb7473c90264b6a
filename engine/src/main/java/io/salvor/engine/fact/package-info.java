/**
 * Small immutable signed notes about backups (docs/format.md §13), so that what is known of them
 * lives in the repository and not in anybody's database.
 *
 * <p>A <em>hold</em> keeps a backup from being forgotten until a <em>release</em> names it; a
 * <em>proof</em> is what a verification or a restore has shown; a <em>forgotten</em> note is the
 * evidence of a deletion. Each is named by the ledger, so that its loss shows; a hold that is lost
 * holds all the same. Notes of a type that this version does not know are listed and left alone.
 */
@NullMarked
package io.salvor.engine.fact;

import org.jspecify.annotations.NullMarked;
