package io.salvor.engine.backup;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.content.ContentAudit;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells whether what an entry of an earlier backup refers to is still there, down to every blob of
 * a long list: a repair may have given some up. What is not there is read from the source again. A
 * write-only client cannot open a list; it goes by the list, unless packs are in doubt.
 */
record StoredContent(Repository repository) {

  boolean has(Entry entry) throws IOException {
    return switch (entry.content()) {
      case ContentRef.Empty _ -> true;
      case ContentRef.Inline(List<Extent> extents) -> extents.stream().allMatch(this::has);
      case ContentRef.ListRoot list ->
          repository.index().contains(BlobKind.TREE, list.id())
              && (repository.keys().self() == null
                  ? hasAll(list, entry.size())
                  : !repository.index().leavesOut());
    };
  }

  private boolean hasAll(ContentRef.ListRoot list, long size) throws IOException {
    Set<BlobId> sound = new HashSet<>();
    try {
      return ContentAudit.visit(
          repository.blobs(),
          list,
          size,
          new ContentAudit.Visitor() {
            private boolean complete = true;

            @Override
            public boolean isKnownSound(BlobId node) {
              return sound.contains(node);
            }

            @Override
            public boolean data(long offset, Extent.Data data) {
              complete = complete && has(data);
              return complete;
            }

            @Override
            public void sound(BlobId node) {
              sound.add(node);
            }
          });
    } catch (SalvorException e) {
      // A write-only client cannot look into it.
      if (!e.code().isDamage() && e.code() != ErrorCode.WRITE_ONLY) {
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
