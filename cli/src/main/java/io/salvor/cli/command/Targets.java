package io.salvor.cli.command;

import io.salvor.engine.backup.Manifest;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.restore.Mapping;
import io.salvor.engine.restore.Restores;
import io.salvor.engine.restore.Scope;
import io.salvor.engine.restore.Target;
import io.salvor.engine.restore.TargetProvider;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.Tree;
import io.salvor.engine.tree.TreeChildren;
import io.salvor.provider.files.target.FilesTarget;
import io.salvor.provider.files.target.InPlace;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a restore is made to, by the address that a person writes. */
final class Targets {
  static final String ORIGIN = "origin";

  /**
   * Where a backup goes back to.
   *
   * @param address of a target, a directory's path if no other kind of target has it
   * @param scope what of the target it is about
   */
  record Place(String address, Scope scope) {}

  private Targets() {}

  /** The kind of target that an address is one of; empty for directories. */
  static Optional<TargetProvider> provider(String address, Session session) {
    return session.machine().targets().get().stream().filter(p -> p.handles(address)).findFirst();
  }

  /** Opens a target, which need not exist, by an address that {@link #place} has given. */
  static Target open(String address, Mapping mapping, Repository repository, Session session) {
    Optional<TargetProvider> provider = provider(address, session);
    if (provider.isPresent()) {
      return provider.get().open(address, mapping, repository.blobs(), session.progress());
    }
    return directory(Path.of(address), InPlace.NOTHING, repository);
  }

  /** Opens a directory, which need not exist. */
  static Target directory(Path path, InPlace inPlace, Repository repository) {
    return FilesTarget.open(
        path,
        Places.ofSalvor(repository),
        Restores.records(repository)::isDead,
        repository.blobs(),
        repository.keys()::blobId,
        inPlace);
  }

  /** The place of an address, or where the backup came from. */
  static Place place(String address, Manifest manifest, Tree tree, Session session)
      throws IOException {
    if (!address.equals(ORIGIN)) {
      return new Place(given(address, session), Scope.ALL);
    }
    String source = manifest.origin().source();
    return provider(source, session).isPresent()
        ? new Place(source, Scope.ALL)
        : origin(manifest, tree);
  }

  /** The address of a target that a person has named. */
  static String given(String address, Session session) {
    return provider(address, session).isPresent() ? address : path(address, session).toString();
  }

  /** The path of {@code /path}, {@code path} or {@code file:/path}. */
  static Path path(String address, Session session) {
    try {
      String plain = address;
      if (address.toLowerCase(Locale.ROOT).startsWith("file:")) {
        URI uri = new URI(address);
        if (uri.getPath() == null || uri.getPath().isEmpty() || uri.getHost() != null) {
          throw unusable(address, "a file: address is file: and an absolute path");
        }
        plain = uri.getPath();
      } else if (address.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")) {
        throw unusable(address, "no kind of target that this version knows has such an address");
      }
      if (plain.isEmpty()) {
        throw unusable(address, "it is empty");
      }
      return session.machine().directory().resolve(plain).normalize();
    } catch (URISyntaxException e) {
      throw unusable(address, "it is not an address: " + e.getReason());
    } catch (InvalidPathException e) {
      throw unusable(address, "it is not a path: " + e.getReason());
    }
  }

  private static SalvorException unusable(String address, String why) {
    return Words.usage(
        "--to cannot be \"" + address + "\"",
        why,
        "write /path, file:/path or origin; a path with a colon in it is ./like:this");
  }

  /** One directory goes back to its path; of several, and of a file, only they are touched. */
  private static Place origin(Manifest manifest, Tree tree) throws IOException {
    List<byte[]> paths = manifest.origin().paths();
    if (paths.isEmpty()) {
      throw new SalvorException(
          ErrorCode.TARGET_UNUSABLE,
          "There is no origin to restore to",
          "the source is " + manifest.origin().source() + ", which is no path",
          "name a directory with --to");
    }
    if (paths.size() > 1) {
      List<Key> tops = new ArrayList<>();
      paths.forEach(path -> tops.add(key(path)));
      return new Place("/", Scope.within(tops));
    }
    Path path = Path.of(new String(paths.getFirst(), StandardCharsets.UTF_8));
    if (tree.find(Key.ROOT) != null || path.getParent() == null) {
      return new Place(path.toString(), Scope.ALL);
    }
    // A file: what lies beside it is none of the backup's business.
    List<Key> tops = new ArrayList<>();
    TreeChildren children = tree.children(Key.ROOT);
    for (TreeChildren.Child c = children.next(); c != null; c = children.next()) {
      tops.add(c.key());
    }
    return new Place(path.getParent().toString(), Scope.within(tops));
  }

  private static Key key(byte[] path) {
    Key key = Key.ROOT;
    int from = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        if (i > from) {
          key = key.child(Arrays.copyOfRange(path, from, i));
        }
        from = i + 1;
      }
    }
    return key;
  }
}
