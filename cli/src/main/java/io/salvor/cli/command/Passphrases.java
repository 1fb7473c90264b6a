package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Passphrase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Where the passphrase comes from: options, environment, or a person at a terminal. */
final class Passphrases {
  private static final String MISSING =
      "set SALVOR_PASSWORD or SALVOR_PASSWORD_FILE, or say --password-file";

  private Passphrases() {}

  /**
   * The passphrase.
   *
   * @param confirmed whether a person has to type it twice
   * @throws SalvorException CREDENTIAL_MISSING
   */
  static Passphrase find(Session session, boolean confirmed) {
    Optional<Passphrase> given =
        Passphrase.find(session.options().passwordFile(), session.machine().environment());
    if (given.isPresent()) {
      return given.get();
    }
    return ask(session, "passphrase: ", confirmed, MISSING);
  }

  /**
   * The passphrase of a new credential.
   *
   * @param variable the environment variable that may hold it
   */
  static Passphrase findNew(Session session, Optional<Path> file, String variable) {
    if (file.isPresent()) {
      return Passphrase.read(file.get());
    }
    String value = session.machine().environment().get(variable);
    return value != null
        ? Passphrase.of(value.getBytes(StandardCharsets.UTF_8))
        : ask(
            session, "new passphrase: ", true, "set " + variable + ", or say --new-password-file");
  }

  private static Passphrase ask(Session session, String prompt, boolean confirmed, String remedy) {
    if (!session.console().isInteractive()) {
      throw missing("no passphrase is given, and there is nobody to ask", remedy);
    }
    HiddenInput input = new HiddenInput(session.messages(), session.machine().interruption());
    char[] first = read(input, prompt, remedy);
    try {
      if (confirmed) {
        char[] second = read(input, "the same again: ", remedy);
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
          throw missing("the two passphrases that were typed differ", remedy);
        }
      }
      return Passphrase.of(first);
    } finally {
      Arrays.fill(first, '\0');
    }
  }

  private static char[] read(HiddenInput input, String prompt, String remedy) {
    try {
      return input.read(prompt);
    } catch (IOException e) {
      throw missing("the terminal cannot be read: " + e.getMessage(), remedy);
    }
  }

  private static SalvorException missing(String why, String remedy) {
    return new SalvorException(
        ErrorCode.CREDENTIAL_MISSING, "The passphrase is missing", why, remedy);
  }
}
