package io.salvor.provider.files;

import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.pattern.PathBuffer;
import io.salvor.engine.pattern.Selection;
import io.salvor.engine.pattern.Selection.Verdict;
import io.salvor.engine.pattern.Unmatched;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.PosixException;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.Capture;
import io.salvor.engine.source.CaptureOptions;
import io.salvor.engine.source.Patterns;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.source.Source;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.Found.Flaw;
import io.salvor.provider.files.Found.Ready;
import io.salvor.provider.files.Found.Unread;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Some paths, opened for one capture. */
final class FilesSource implements Source {
  private final Posix posix;
  private final String address;
  private final List<Named> named;
  private final TreeWalk.Rules rules;
  private final List<Warning> warnings;
  private final Patterns patterns;
  private final Unmatched unmatched;
  private final int threads;

  private FilesSource(
      Posix posix,
      String address,
      List<Named> named,
      TreeWalk.Rules rules,
      List<Warning> warnings,
      Patterns patterns,
      List<String> expected,
      int threads) {
    this.posix = posix;
    this.address = address;
    this.named = named;
    this.rules = rules;
    this.warnings = warnings;
    this.patterns = patterns;
    this.unmatched = new Unmatched(expected);
    this.threads = threads;
  }

  /** Opens the paths, which are in order and do not cover each other. */
  static FilesSource open(
      Posix posix,
      String address,
      List<SourcePath> paths,
      Selection selection,
      CaptureOptions options,
      int threads) {
    LeftOut leftOut = LeftOut.of(posix, options.avoid());
    List<Named> named = new ArrayList<>();
    boolean complete = false;
    try {
      for (SourcePath path : paths) {
        named.add(Named.open(posix, path));
        refuseRepository(named.getLast(), leftOut);
      }
      complete = true;
    } finally {
      if (!complete) {
        named.forEach(Named::close);
      }
    }
    TreeWalk.Rules rules = new TreeWalk.Rules(selection, options.oneFileSystem(), leftOut);
    Patterns patterns = new Patterns(options.include(), options.exclude(), options.sensitive());
    List<String> expected = new ArrayList<>(options.include());
    expected.removeAll(options.optional());
    return new FilesSource(
        posix,
        address,
        named,
        rules,
        warnings(paths, options.avoid()),
        patterns,
        expected,
        threads);
  }

  private static void refuseRepository(Named named, LeftOut leftOut) {
    if (named.directory() && leftOut.contains(named.stat())) {
      throw new SalvorException(
          ErrorCode.SOURCE_UNSUPPORTED,
          "Cannot back up " + named.path().text(),
          "It is the repository itself, or its local state",
          "Name another source; repositories are copied by 'salvor copy'");
    }
  }

  private static List<Warning> warnings(List<SourcePath> paths, List<Path> avoid) {
    List<Warning> warnings = new ArrayList<>();
    for (SourcePath path : paths) {
      Path root;
      try {
        root = LeftOut.real(Path.of(new String(path.bytes(), StandardCharsets.UTF_8)));
      } catch (InvalidPathException _) {
        continue; // no Java path; the walk itself goes by inodes
      }
      for (Path inside : LeftOut.below(root, avoid)) {
        warnings.add(
            new Warning(
                "left-out",
                inside.toString(),
                inside + " is left out: it belongs to the repository that the backup goes to"));
      }
    }
    return warnings;
  }

  @Override
  public String provider() {
    return FilesProvider.NAME;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public List<byte[]> paths() {
    return named.stream().map(one -> one.path().bytes()).toList();
  }

  @Override
  public Patterns patterns() {
    return patterns;
  }

  @Override
  public List<Warning> warnings() {
    return warnings;
  }

  @Override
  public List<Warning> remarks() {
    return unmatched.patterns().stream()
        .map(
            pattern -> new Warning("include-unmatched", "", "nothing matched --include " + pattern))
        .toList();
  }

  @Override
  public void capture(Capture into) throws IOException, InterruptedException {
    Sensitivity sensitivity = new Sensitivity(patterns.sensitive());
    Capture capture = sensitivity.over(into);
    Metadata metadata = new Metadata(posix.owners());
    EntryReader reader = new EntryReader(capture, sensitivity, metadata);
    Pipeline.run(
        capture, reader, unmatched, threads, out -> new Walker(capture, metadata, out).run());
  }

  @Override
  public boolean isRepeatable() {
    return true;
  }

  @Override
  public void close() {
    named.forEach(Named::close);
  }

  private final class Walker {
    private final Capture capture;
    private final Metadata metadata;
    private final Pipeline out;

    Walker(Capture capture, Metadata metadata, Pipeline out) {
      this.capture = capture;
      this.metadata = metadata;
      this.out = out;
    }

    void run() throws IOException {
      if (named.size() == 1) {
        Named only = named.getFirst();
        if (only.directory()) {
          walk(only, Key.ROOT, new PathBuffer(), rules.selection().root());
        } else {
          single(only, Key.of(only.name()));
        }
        return;
      }
      Key above = Key.ROOT;
      parent(Key.ROOT, new byte[] {'/'});
      for (Named one : named) {
        above = parents(one, above);
        Verdict verdict = verdict(one.path().key(), one.directory());
        if (!one.directory()) {
          single(one, one.path().key());
        } else if (verdict != Verdict.LEFT_OUT) {
          walk(one, one.path().key(), PathBuffer.of(one.path().key()), verdict);
        }
      }
    }

    /** The directories that lead to a path, but those that led to the one before as well. */
    private Key parents(Named one, Key before) throws IOException {
      Key last = one.path().key().parent();
      for (int parts = 1; parts <= last.depth(); parts++) {
        Key key = Key.of(last.parts().subList(0, parts).toArray(new byte[0][]));
        if (!key.covers(before)) {
          parent(key, one.path().bytes(parts));
        }
      }
      return last;
    }

    private void parent(Key key, byte[] path) throws IOException {
      List<Flaw> flaws = new ArrayList<>();
      try (Dir dir = posix.openRoot(path)) {
        Entry entry = metadata.directory(dir.statSelf(), dir, flaws);
        Entry previous = capture.previous(key);
        out.add(new Ready(key, timeless(entry, previous), flaws));
      } catch (PosixException e) {
        // Not readable, though what lies in it is: a path leads there all the same.
        out.add(Ready.failed(key, Flaw.of(e)));
      }
    }

    /** What others do beside the source is no change of it. */
    private static Entry timeless(Entry entry, @Nullable Entry previous) {
      Set<EntryField> onlyTime = EnumSet.of(EntryField.MTIME);
      return previous != null && onlyTime.containsAll(previous.differences(entry))
          ? previous
          : entry;
    }

    /** No exclude touches what the user has named, nor what leads there. */
    private Verdict verdict(Key key, boolean directory) {
      Selection selection = rules.selection();
      Verdict verdict = selection.root();
      PathBuffer path = new PathBuffer();
      int depth = key.depth();
      List<byte[]> parts = key.parts();
      for (int i = 0; i < depth && verdict != Verdict.LEFT_OUT; i++) {
        path.push(parts.get(i));
        verdict = selection.included(verdict, path, directory || i < depth - 1);
      }
      return verdict;
    }

    private void walk(Named one, Key key, PathBuffer path, Verdict verdict) throws IOException {
      new TreeWalk(rules, metadata, capture, out, key, path).run(one.dir(), verdict);
    }

    private void single(Named one, Key key) throws IOException {
      try {
        Stat stat = one.dir().dir().stat(one.name());
        Entry unchanged = metadata.unchanged(capture.previous(key), stat);
        out.add(
            unchanged != null
                ? Ready.of(key, unchanged)
                : new Unread(key, one.dir(), one.name(), stat));
      } catch (PosixException e) {
        out.add(Ready.failed(key, Flaw.of(e)));
      }
    }
  }
}
