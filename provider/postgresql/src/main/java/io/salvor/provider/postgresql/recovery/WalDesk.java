package io.salvor.provider.postgresql.recovery;

import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a recovering server asks for WAL, and gets it: its {@code restore_command} leaves the name
 * in one directory and waits for the file in another, so that there is never more on the disk than
 * it has asked for. For one thread.
 */
final class WalDesk {
  private static final String NONE = ".none";

  private final Path asked;
  private final Path given;
  private final OsUser user;
  private final WalSupply supply;
  private long handedOut;
  private String refused = "";
  private int refusals;

  private WalDesk(Path asked, Path given, OsUser user, WalSupply supply) {
    this.asked = asked;
    this.given = given;
    this.user = user;
    this.supply = supply;
  }

  /** Sets one up in a directory that belongs to the server's user. */
  static WalDesk in(Path home, OsUser user, WalSupply supply) throws IOException {
    Path asked = Files.createDirectory(home.resolve("asked"));
    Path given = Files.createDirectory(home.resolve("given"));
    user.own(asked);
    user.own(given);
    return new WalDesk(asked, given, user, supply);
  }

  /** What the server runs: it ends when the file has come, or whoever gives it has gone. */
  String command() {
    String name = given + "/%f";
    return ": > "
        + asked
        + "/%f; while [ -d /proc/"
        + ProcessHandle.current().pid()
        + " ]; do if [ -e "
        + name
        + " ]; then exec mv "
        + name
        + " \"%p\"; fi; if [ -e "
        + name
        + NONE
        + " ]; then rm "
        + name
        + NONE
        + "; exit 1; fi; sleep 0.01; done; exit 1";
  }

  /** Gives what was asked for since; how many segments were given in all. */
  long serve() throws IOException {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(asked)) {
      files.forEach(names::add);
    }
    for (Path request : names) {
      String name = String.valueOf(request.getFileName());
      Path coming = given.resolve(name + ".coming");
      Files.deleteIfExists(coming);
      if (supply.write(name, coming)) {
        user.own(coming);
        Files.delete(request);
        Files.move(coming, given.resolve(name));
        handedOut++;
        refusals = 0;
      } else {
        Files.delete(request);
        refusals = name.equals(refused) ? refusals + 1 : 1;
        refused = name;
        Files.createFile(given.resolve(name + NONE));
        user.own(given.resolve(name + NONE));
      }
    }
    return handedOut;
  }

  /** Whether the server asks again and again for what there is not: it has all there is. */
  boolean isExhausted() {
    return refusals > 2;
  }
}
