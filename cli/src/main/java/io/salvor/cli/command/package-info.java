/**
 * The commands, one class each, in the one list {@link io.salvor.cli.command.Commands}.
 *
 * <p>A {@link io.salvor.cli.command.Command} is a record of what was asked for, filled in by the
 * parser, and {@code run}. It is given a {@link io.salvor.cli.command.Session}: what one invocation
 * works with, from the {@link io.salvor.cli.command.Machine} it runs on to the repository that it
 * opens. {@link io.salvor.cli.command.Invocation} goes from the words of a command line to an exit
 * code, and is the only place where failures end.
 */
@NullMarked
package io.salvor.cli.command;

import org.jspecify.annotations.NullMarked;
