package io.salvor.provider.postgresql.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whom programs run as.
 *
 * @param uid negative for whoever runs this process
 */
public record OsUser(int uid, int gid) {
  /** Whoever runs this process. */
  public static final OsUser SELF = new OsUser(-1, -1);

  /** The owner of a file. */
  public static OsUser ownerOf(Path file) throws IOException {
    return new OsUser(
        (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS),
        (int) Files.getAttribute(file, "unix:gid", LinkOption.NOFOLLOW_LINKS));
  }

  /** The command that runs this one as this user; only root can. */
  public List<String> running(List<String> command) {
    if (uid < 0) {
      return command;
    }
    List<String> whole =
        new ArrayList<>(
            List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups", "--"));
    whole.addAll(command);
    return whole;
  }

  /** Gives it a file. */
  public void own(Path file) throws IOException {
    if (uid >= 0) {
      Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
    }
  }
}
