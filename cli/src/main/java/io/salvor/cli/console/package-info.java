/**
 * What people and scripts see: the streams of one command, tables, sizes and times as people read
 * them, JSON documents, the progress line, and the three lines of an error.
 *
 * <p>Results go to standard output; progress, warnings and errors to standard error. A text that
 * comes from elsewhere (a name, a tag, a message) goes through {@link
 * io.salvor.cli.console.PlainText} before it reaches a terminal.
 */
@NullMarked
package io.salvor.cli.console;

import org.jspecify.annotations.NullMarked;
