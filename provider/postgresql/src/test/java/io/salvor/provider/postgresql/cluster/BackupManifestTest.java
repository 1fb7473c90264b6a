package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.provider.postgresql.protocol.ProtocolException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class BackupManifestTest {
  private static final String TIME = "2026-01-30 15:00:00 GMT";
  private static final String BEGINNING =
      """
      { "PostgreSQL-Backup-Manifest-Version": 2,
      "System-Identifier": 7345678901234567890,
      "Files": [
      { "Path": "backup_label", "Size": 225, "Last-Modified": "2026-01-30 15:00:00 GMT", \
      "Checksum-Algorithm": "CRC32C", "Checksum": "8cd3a4b8" },
      { "Encoded-Path": "626173652fff", "Size": 8192, "Last-Modified": "2026-01-30 15:00:00 GMT", \
      "Checksum-Algorithm": "SHA256", "Checksum": "00" }
      ],
      "WAL-Ranges": [
      { "Timeline": 3, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }
      ],
      """;

  private static byte[] sealed(String beginning) throws Exception {
    byte[] sum =
        MessageDigest.getInstance("SHA-256").digest(beginning.getBytes(StandardCharsets.UTF_8));
    return (beginning + "\"Manifest-Checksum\": \"" + HexFormat.of().formatHex(sum) + "\"}\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsFilesAndTheWalThatIsNeeded() throws Exception {
    BackupManifest manifest = BackupManifest.parse(sealed(BEGINNING));
    assertThat(manifest.system()).isEqualTo("7345678901234567890");
    assertThat(manifest.files())
        .containsExactly(
            new BackupManifest.Listed("backup_label", 225, TIME, "8cd3a4b8"),
            new BackupManifest.Listed("base/\u00ff", 8192, TIME, ""));
    assertThat(manifest.ranges())
        .containsExactly(new BackupManifest.WalRange(3, "0/2000028", "0/2000100"));
  }

  @Test
  void writesWhatAServerWrites() throws Exception {
    String encoded =
        """
        { "Encoded-Path": "626173652fff", "Size": 8192, "Last-Modified": "2026-01-30 15:00:00 GMT", \
        "Checksum-Algorithm": "SHA256", "Checksum": "00" }
        """;
    String two = BEGINNING.replace(",\n" + encoded, "\n");
    assertThat(two).isNotEqualTo(BEGINNING);
    assertThat(new String(BackupManifest.parse(sealed(two)).encode(), StandardCharsets.UTF_8))
        .isEqualTo(new String(sealed(two), StandardCharsets.UTF_8));
    String odd = two.replace("backup_label", "odd \\\"name\\\\ \\" + "u0007\u00fc");
    BackupManifest manifest = BackupManifest.parse(sealed(odd));
    assertThat(BackupManifest.parse(manifest.encode())).isEqualTo(manifest);
  }

  @Test
  void refusesOneThatWasChanged() throws Exception {
    byte[] changed = sealed(BEGINNING);
    changed[BEGINNING.indexOf("225")] = '3';
    assertThatThrownBy(() -> BackupManifest.parse(changed))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("checksum");
    assertThatThrownBy(() -> BackupManifest.parse(new byte[0])).isInstanceOf(IOException.class);
  }

  @Test
  void refusesOneThatIsNone() throws Exception {
    byte[] none = sealed("{ \"Files\": 3,\n");
    assertThatThrownBy(() -> BackupManifest.parse(none)).isInstanceOf(ProtocolException.class);
    byte[] noJson = sealed("{ ]\n");
    assertThatThrownBy(() -> BackupManifest.parse(noJson)).isInstanceOf(ProtocolException.class);
  }
}
