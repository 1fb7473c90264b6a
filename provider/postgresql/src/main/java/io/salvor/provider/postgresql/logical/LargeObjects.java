package io.salvor.provider.postgresql.logical;

import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Attributes;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryKind;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.source.ContentSink;
import io.salvor.provider.postgresql.logical.Tables.Taker;
import io.salvor.provider.postgresql.protocol.Row;
import io.salvor.provider.postgresql.protocol.ServerConnection;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Large objects: bytes under a number, with an owner and grants. */
final class LargeObjects {
  private static final int PAGE = 1000;
  private static final int PIECE = 256 << 10;

  /**
   * One of them.
   *
   * @param grants statements that give others what they may, without those for the owner
   */
  record LargeObject(long oid, String owner, String grants) {}

  private LargeObjects() {}

  /** The next ones after a number, ascending; none at the end. */
  static List<LargeObject> after(ServerConnection connection, long oid) throws IOException {
    String sql =
        """
        SELECT m.oid AS oid, pg_catalog.pg_get_userbyid(m.lomowner) AS owner,
               coalesce((SELECT pg_catalog.string_agg(pg_catalog.format(
                           'GRANT %%s ON LARGE OBJECT %%s TO %%s%%s;', a.privilege_type, m.oid,
                           CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE
                             pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) END,
                           CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END),
                           ' ' ORDER BY a.grantee, a.privilege_type)
                         FROM pg_catalog.aclexplode(m.lomacl) a
                         WHERE a.grantee <> m.lomowner), '') AS grants
        FROM pg_catalog.pg_largeobject_metadata m
        WHERE m.oid > %d ORDER BY m.oid LIMIT %d
        """
            .formatted(oid, PAGE);
    return connection.query(sql).stream().map(LargeObjects::of).toList();
  }

  private static LargeObject of(Row row) {
    try {
      return new LargeObject(Long.parseLong(row.get("oid")), row.get("owner"), row.get("grants"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Reads one; gives its entry. */
  static Entry read(
      ServerConnection connection, LargeObject object, ContentSink sink, PosixTime time)
      throws IOException {
    MessageDigest digest = sha256();
    long size =
        read(connection, object.oid(), digest, (bytes, length) -> sink.write(bytes, 0, length));
    ContentRef content = sink.finish();
    return Entry.builder(EntryKind.TABLE)
        .mtime(time)
        .content(size, content)
        .attributes(attributes(object, digest))
        .build();
  }

  static Attributes attributes(LargeObject object, MessageDigest digest) {
    Attributes attributes =
        Attributes.NONE
            .with("type", "LARGE OBJECT")
            .with("owner", object.owner())
            .with("digest", HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), 16)));
    return object.grants().isEmpty() ? attributes : attributes.with("grants", object.grants());
  }

  /** Reads one into a digest, and hands it over if somebody wants it; gives its size. */
  static long read(
      ServerConnection connection,
      long oid,
      MessageDigest digest,
      @org.jspecify.annotations.Nullable Taker taker)
      throws IOException {
    for (long at = 0; ; at += PIECE) {
      String hex =
          connection
              .query(
                  "SELECT pg_catalog.encode(pg_catalog.lo_get(%d, %d, %d), 'hex') AS bytes"
                      .formatted(oid, at, PIECE))
              .getFirst()
              .get("bytes");
      byte[] bytes = HexFormat.of().parseHex(hex);
      digest.update(bytes);
      if (taker != null) {
        taker.take(bytes, bytes.length);
      }
      if (bytes.length < PIECE) {
        return at + bytes.length;
      }
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
