package io.salvor.cli.command;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.keys.Passphrase;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Where the passphrase comes from: options, environment, or a person at a terminal. */
final class Passphrases {
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
    if (!session.console().isInteractive()) {
      throw missing("no passphrase is given, and there is nobody to ask");
    }
    HiddenInput input = new HiddenInput(session.messages(), session.machine().interruption());
    char[] first = read(input, "passphrase: ");
    try {
      if (confirmed) {
        char[] second = read(input, "the same again: ");
        boolean same = Arrays.equals(first, second);
        Arrays.fill(second, '\0');
        if (!same) {
          throw missing("the two passphrases that were typed differ");
        }
      }
      return Passphrase.of(first);
    } finally {
      Arrays.fill(first, '\0');
    }
  }

  private static char[] read(HiddenInput input, String prompt) {
    try {
      return input.read(prompt);
    } catch (IOException e) {
      throw missing("the terminal cannot be read: " + e.getMessage());
    }
  }

  private static SalvorException missing(String why) {
    return new SalvorException(
        ErrorCode.CREDENTIAL_MISSING,
        "The passphrase is missing",
        why,
        "set SALVOR_PASSWORD or SALVOR_PASSWORD_FILE, or say --password-file");
  }
}
