package io.salvor.engine.index;

import io.salvor.engine.crypto.ObjectId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The views of a cache directory. No file says which of them count: the largest come first, and one
 * that has a segment which another has already is removed, for it was merged or can be built again.
 * So several processes may write and remove views at any time, and none can mislead another.
 */
final class ViewFiles {
  private ViewFiles() {}

  /** Opens the views that together have each segment once, and removes the others. */
  static List<View> open(Path directory) {
    List<View> views = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        if (ViewWriter.isView(file)) {
          open(file, views);
        }
      }
    } catch (IOException e) {
      throw new CacheException(e);
    }
    views.sort(Comparator.comparingLong(View::blobs).reversed().thenComparing(View::path));
    Set<ObjectId> covered = new HashSet<>();
    List<View> chosen = new ArrayList<>();
    for (View view : views) {
      if (view.segments().stream().noneMatch(segment -> covered.contains(segment.id()))) {
        view.segments().forEach(segment -> covered.add(segment.id()));
        chosen.add(view);
      } else {
        remove(view.path());
      }
    }
    return chosen;
  }

  private static void open(Path file, List<View> views) throws IOException {
    try {
      views.add(View.open(file));
    } catch (ViewDamagedException e) {
      remove(file);
    } catch (NoSuchFileException e) {
      // Another process has merged it in the meantime; its segments are read again at worst.
      return;
    }
  }

  /** Removes a view's file; who has it open keeps what is in it. */
  static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new CacheException(e);
    }
  }
}
