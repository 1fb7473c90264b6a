package io.salvor.provider.postgresql.recovery;

import io.salvor.provider.postgresql.server.OsUser;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a recovering server asks for WAL, and gets it: its {@code restore_command} leaves the name
 * in one directory and waits for the file in another, so that there is never more on the disk than
 * it has asked for. For one thread.
 */
final class WalDesk {
  private static final String NONE = ".none";

  /**
   * The server takes it for a failure, and ends; anything below 126 it takes for "there is none".
   */
  private static final int FAILURE = 255;

  /** The server's user writes the names, and files are given away under them. */
  private static final Pattern NAMES = Pattern.compile("[0-9A-F]{24}|[0-9A-F]{8}\\.history");

  private final Path asked;
  private final Path given;
  private final Path coming;
  private final OsUser user;
  private final WalSupply supply;
  private final boolean mayGoOn;
  private long handedOut;
  private String refused = "";
  private int refusals;

  private WalDesk(Path home, Path own, OsUser user, WalSupply supply, boolean mayGoOn) {
    this.asked = home.resolve("asked");
    this.given = home.resolve("given");
    this.coming = own.resolve("coming");
    this.user = user;
    this.supply = supply;
    this.mayGoOn = mayGoOn;
  }

  /**
   * Sets one up.
   *
   * @param home belongs to the server's user
   * @param own a directory that only this process's user can enter
   * @param mayGoOn whether the server goes on when nobody gives anything any more, as one that
   *     waits at its goal; else it fails then
   */
  static WalDesk in(Path home, Path own, OsUser user, WalSupply supply, boolean mayGoOn)
      throws IOException {
    WalDesk desk = new WalDesk(home, own, user, supply, mayGoOn);
    user.own(Files.createDirectory(desk.asked));
    user.own(Files.createDirectory(desk.given));
    return desk;
  }

  /** What the server runs: it ends when the file has come, or whoever gives it has gone. */
  String command() {
    String request = quoted(asked + "/%f");
    String file = quoted(given + "/%f");
    String none = quoted(given + "/%f" + NONE);
    return ": > "
        + request
        + (" || exit " + FAILURE + "; while [ -d /proc/" + ProcessHandle.current().pid())
        + " ]; do if [ -e "
        + file
        + " ]; then mv "
        + file
        + (" \"%p\" || exit " + FAILURE + "; exit 0; fi; if [ -e ")
        + none
        + " ]; then rm -f "
        + none
        + ("; exit 1; fi; sleep 0.01; done; exit " + (mayGoOn ? 1 : FAILURE));
  }

  /** For a shell, by way of the server, to which a percent sign says something. */
  private static String quoted(String path) {
    String own = path.substring(0, path.lastIndexOf("/%f"));
    return "'"
        + own.replace("%", "%%").replace("'", "'\\''")
        + path.substring(path.lastIndexOf("/%f"))
        + "'";
  }

  /** Gives what was asked for since; how many segments were given in all. */
  long serve() throws IOException {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(asked)) {
      files.forEach(names::add);
    }
    for (Path request : names) {
      String name = String.valueOf(request.getFileName());
      if (!NAMES.matcher(name).matches()) {
        Files.delete(request);
        continue;
      }
      Files.deleteIfExists(coming);
      if (supply.write(name, coming)) {
        Path there = given.resolve(name + ".coming");
        Files.deleteIfExists(there);
        Files.move(coming, there);
        user.own(there);
        Files.delete(request);
        Files.move(there, given.resolve(name));
        handedOut++;
        refusals = 0;
      } else {
        Files.delete(request);
        refusals = name.equals(refused) ? refusals + 1 : 1;
        refused = name;
        Path none = given.resolve(name + NONE);
        Files.createFile(none);
        user.own(none);
      }
    }
    return handedOut;
  }

  /** Whether the server asks again and again for what there is not: it has all there is. */
  boolean isExhausted() {
    return refusals > 2;
  }
}
