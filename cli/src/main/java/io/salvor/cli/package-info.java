/** The command line. */
@NullMarked
package io.salvor.cli;

import org.jspecify.annotations.NullMarked;
