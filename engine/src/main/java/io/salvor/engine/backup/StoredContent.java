package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.List;

/**
 * Tells whether what an entry of an earlier backup refers to is still there; what is not is read
 * from the source again.
 *
 * @param indexIsWhole whether no segment that a backup names is missing; then who has a content
 *     list has what it names, unless packs are in doubt
 */
record StoredContent(Repository repository, boolean indexIsWhole) {

  boolean has(Entry entry) throws IOException {
    return switch (entry.content()) {
      case ContentRef.Empty _ -> true;
      case ContentRef.Inline(List<Extent> extents) -> extents.stream().allMatch(this::has);
      case ContentRef.ListRoot list ->
          repository.index().contains(BlobKind.TREE, list.id())
              && ((indexIsWhole && !repository.hasDoubts()) || hasAll(list, entry.size()));
    };
  }

  private boolean hasAll(ContentRef.ListRoot list, long size) throws IOException {
    try {
      ContentReader extents = new ContentReader(repository.blobs(), list, size);
      for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
        if (!has(p.extent())) {
          return false;
        }
      }
      return true;
    } catch (SalvorException e) {
      if (!e.code().isDamage()) {
        throw e;
      }
      return false;
    }
  }

  private boolean has(Extent extent) {
    return switch (extent) {
      case Extent.Hole _ -> true;
      case Extent.Data data -> repository.index().contains(data.kind(), data.id());
    };
  }
}
