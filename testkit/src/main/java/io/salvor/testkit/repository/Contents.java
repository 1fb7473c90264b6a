package io.salvor.testkit.repository;

import io.salvor.engine.backup.Backup;
import io.salvor.engine.content.ContentReader;
import io.salvor.engine.content.Extent;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryCodec;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.tree.Key;
import io.salvor.engine.tree.TreeCursor;
import io.salvor.engine.tree.TreeItem;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** What backups hold, read through tree and blobs: digests of contents by key. */
public final class Contents {
  private Contents() {}

  /** Length and SHA-256 of a content. */
  public static String digest(byte[] content) {
    return digest(sha256().digest(content), content.length);
  }

  private static String digest(byte[] sha256, long length) {
    return length + ":" + HexFormat.of().formatHex(sha256);
  }

  /** Everything in a backup. */
  public static SortedMap<String, String> of(Repository repository, Backup backup)
      throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    TreeCursor cursor = repository.tree(backup.manifest().root()).all();
    for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
      contents.put(item.key().toString(), read(repository, item));
    }
    return contents;
  }

  /**
   * Whatever of a backup can be read.
   *
   * @param failed is given what cannot, by key; a tree that breaks off is given under its last key
   */
  public static SortedMap<String, String> readable(
      Repository repository, Backup backup, BiConsumer<String, SalvorException> failed)
      throws IOException {
    SortedMap<String, String> contents = new TreeMap<>();
    String last = "";
    try {
      TreeCursor cursor = repository.tree(backup.manifest().root()).all();
      for (TreeItem item = cursor.next(); item != null; item = cursor.next()) {
        last = item.key().toString();
        try {
          contents.put(last, read(repository, item));
        } catch (SalvorException e) {
          failed.accept(last, e);
        }
      }
    } catch (SalvorException e) {
      failed.accept(last, e);
    }
    return contents;
  }

  private static String read(Repository repository, TreeItem item) throws IOException {
    Key key = item.key();
    Entry entry = EntryCodec.decode(key, item.value());
    MessageDigest digest = sha256();
    ContentReader extents = new ContentReader(repository.blobs(), entry.content(), entry.size());
    long length = 0;
    for (ContentReader.Placed p = extents.next(); p != null; p = extents.next()) {
      byte[] bytes =
          switch (p.extent()) {
            case Extent.Data data -> repository.blobs().get(data.kind(), data.id());
            case Extent.Hole hole -> new byte[Math.toIntExact(hole.length())];
          };
      digest.update(bytes);
      length += bytes.length;
    }
    return digest(digest.digest(), length);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
