/**
 * Trees of files that hold everything a file system can hold, and a comparison of two trees that
 * does not use the product: rsync for what rsync can tell, checkers of its own for the rest.
 */
@NullMarked
package io.salvor.testkit.files;

import org.jspecify.annotations.NullMarked;
