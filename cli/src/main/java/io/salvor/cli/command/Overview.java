package io.salvor.cli.command;

import java.util.Locale;

/** What a bare {@code salvor} prints. */
final class Overview {
  private Overview() {}

  static String text() {
    StringBuilder text =
        new StringBuilder(
            """
            salvor: encrypted, deduplicated backups, and restores that show what they will do

            usage: salvor <command> [options] [arguments]

            """);
    for (Commands.Listed command : Commands.ALL) {
      text.append(String.format(Locale.ROOT, "  %-10s %s%n", command.name(), command.summary()));
    }
    text.append(
        """
          help       explain a command, with examples: salvor help backup

        Every command takes --repo (or SALVOR_REPO), --password-file (or SALVOR_PASSWORD,
        SALVOR_PASSWORD_FILE), --json, --progress, --timezone and --debug.

        begin with:
          export SALVOR_REPO=/srv/backups SALVOR_PASSWORD_FILE=~/.salvor-password
          salvor init
          salvor backup /home
          salvor restore latest --to /tmp/home
        """);
    return text.toString();
  }
}
