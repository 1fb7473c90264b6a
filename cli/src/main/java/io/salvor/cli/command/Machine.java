package io.salvor.cli.command;

import io.salvor.cli.console.Console;
import io.salvor.engine.crypto.Argon2id;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.engine.source.Provider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a command is given of the machine it runs on. Whatever is slow to make is made when it is
 * asked for.
 *
 * @param environment the environment variables
 * @param home the user's home directory
 * @param directory what relative paths go by
 * @param zone the time zone of people here
 * @param clock the time
 * @param nanos a clock for durations
 * @param guessCost what a guess at a new passphrase is to cost
 * @param random the source of ids and keys
 * @param providers every kind of source that this version knows
 * @param targets every kind of target beside directories
 * @param host the machine's name, which backups are listed under
 * @param user who is asking
 * @param software name and version of this program
 */
public record Machine(
    Console console,
    Map<String, String> environment,
    Path home,
    Path directory,
    ZoneId zone,
    InstantSource clock,
    LongSupplier nanos,
    Supplier<Argon2id> guessCost,
    Supplier<SecureRandom> random,
    Supplier<List<Provider>> providers,
    Supplier<List<TargetProvider>> targets,
    Supplier<String> host,
    String user,
    String software,
    Interruption interruption) {
  public Machine {
    environment = Map.copyOf(environment);
  }
}
