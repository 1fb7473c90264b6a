package io.salvor.provider.postgresql.cluster;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/**
 * What a server says of a base backup: its files with their checksums, and the WAL that makes it
 * consistent.
 *
 * @param system the cluster's identifier; empty before PostgreSQL 17
 * @param files without the manifest itself and WAL
 */
public record BackupManifest(String system, List<Listed> files, List<WalRange> ranges) {
  /** Its file in a data directory. */
  public static final String NAME = "backup_manifest";

  private static final String CHECKSUM = "\"Manifest-Checksum\"";
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A file.
   *
   * @param path as it lies in the data directory
   * @param modified when it was changed last, in the server's words
   * @param crc32c its checksum, hex, as the server writes it; empty without one
   */
  public record Listed(String path, long size, String modified, String crc32c) {
    Listed modified(String when) {
      return new Listed(path, size, when, crc32c);
    }
  }

  /** WAL that is needed, from and to positions such as {@code 0/2000028}. */
  public record WalRange(long timeline, String start, String end) {}

  /**
   * Reads one.
   *
   * @throws ProtocolException if it is none, or not the one that was written
   */
  public static BackupManifest parse(byte[] bytes) throws IOException {
    requireChecksum(bytes);
    String system = "";
    List<Listed> files = new ArrayList<>();
    List<WalRange> ranges = new ArrayList<>();
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
      expect(json, JsonToken.START_OBJECT);
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "System-Identifier" -> system = json.getString();
          case "Files" -> readFiles(json, value, files);
          case "WAL-Ranges" -> readRanges(json, value, ranges);
          default -> json.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw new ProtocolException("a manifest that is no JSON: " + e.getOriginalMessage());
    }
    return new BackupManifest(system, List.copyOf(files), List.copyOf(ranges));
  }

  /**
   * Writes it as a server does that can tell changes since it: in version 2 of the format, with the
   * files in their order.
   *
   * @throws IllegalArgumentException if it does not say of which cluster it is
   */
  public byte[] encode() {
    if (system.isEmpty()) {
      throw new IllegalArgumentException("a manifest of no cluster");
    }
    StringBuilder out = new StringBuilder("{ \"PostgreSQL-Backup-Manifest-Version\": 2,\n");
    out.append("\"System-Identifier\": ").append(system).append(",\n\"Files\": [");
    String separator = "\n";
    for (Listed file : files) {
      out.append(separator).append("{ \"Path\": ").append(quoted(file.path()));
      out.append(", \"Size\": ").append(file.size());
      out.append(", \"Last-Modified\": ").append(quoted(file.modified()));
      if (!file.crc32c().isEmpty()) {
        out.append(", \"Checksum-Algorithm\": \"CRC32C\", \"Checksum\": ");
        out.append(quoted(file.crc32c()));
      }
      out.append(" }");
      separator = ",\n";
    }
    out.append("\n],\n\"WAL-Ranges\": [");
    separator = "\n";
    for (WalRange range : ranges) {
      out.append(separator).append("{ \"Timeline\": ").append(range.timeline());
      out.append(", \"Start-LSN\": ").append(quoted(range.start()));
      out.append(", \"End-LSN\": ").append(quoted(range.end())).append(" }");
      separator = ",\n";
    }
    out.append("\n],\n");
    byte[] sum = digest(out.toString().getBytes(StandardCharsets.UTF_8));
    out.append(CHECKSUM).append(": \"").append(HexFormat.of().formatHex(sum)).append("\"}\n");
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }

  /** The last line is the SHA-256 of all lines before it. */
  private static void requireChecksum(byte[] bytes) throws ProtocolException {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int line = text.lastIndexOf(CHECKSUM);
    String expected =
        "\"" + HexFormat.of().formatHex(digest(Arrays.copyOf(bytes, Math.max(0, line)))) + "\"";
    if (line < 0 || text.indexOf(expected, line) < 0) {
      throw new ProtocolException("a manifest that has another checksum");
    }
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static void readFiles(JsonParser json, JsonToken first, List<Listed> files)
      throws IOException {
    require(first, JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      String path = null;
      long size = -1;
      String modified = "";
      String algorithm = "";
      String checksum = "";
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken _ = json.nextToken();
        switch (name) {
          case "Path" -> path = json.getString();
          case "Encoded-Path" ->
              path =
                  new String(
                      HexFormat.of().parseHex(json.getString()), StandardCharsets.ISO_8859_1);
          case "Last-Modified" -> modified = json.getString();
          case "Size" -> size = json.getLongValue();
          case "Checksum-Algorithm" -> algorithm = json.getString();
          case "Checksum" -> checksum = json.getString();
          default -> json.skipChildren();
        }
      }
      if (path == null || size < 0) {
        throw new ProtocolException("a manifest with a file without a path or a size");
      }
      files.add(new Listed(path, size, modified, algorithm.equals("CRC32C") ? checksum : ""));
    }
  }

  private static void readRanges(JsonParser json, JsonToken first, List<WalRange> ranges)
      throws IOException {
    require(first, JsonToken.START_ARRAY);
    while (json.nextToken() != JsonToken.END_ARRAY) {
      long timeline = 0;
      String start = "";
      String end = "";
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        JsonToken _ = json.nextToken();
        switch (name) {
          case "Timeline" -> timeline = json.getLongValue();
          case "Start-LSN" -> start = json.getString();
          case "End-LSN" -> end = json.getString();
          default -> json.skipChildren();
        }
      }
      ranges.add(new WalRange(timeline, start, end));
    }
  }

  private static void expect(JsonParser json, JsonToken token) throws ProtocolException {
    require(json.nextToken(), token);
  }

  private static void require(@Nullable JsonToken found, JsonToken token) throws ProtocolException {
    if (found != token) {
      throw new ProtocolException("a manifest with " + found + " where " + token + " belongs");
    }
  }
}
