package io.salvor.provider.postgresql.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestCheckTest {
  @TempDir Path data;

  @Test
  void aFileThatIsAnotherIsNamed() throws Exception {
    byte[] bytes = new byte[300_000];
    bytes[7] = 1;
    Path file = Files.write(Files.createDirectory(data.resolve("base")).resolve("1"), bytes);
    BackupManifest manifest =
        new BackupManifest(
            "7345678901234567890",
            List.of(
                new BackupManifest.Listed(
                    "base/1", bytes.length, "", Crc.of(bytes, 0, bytes.length).hex())),
            List.of(new BackupManifest.WalRange(1, "0/2000028", "0/2000100")));
    Files.write(data.resolve(BackupManifest.NAME), manifest.encode());
    assertThatCode(() -> ManifestCheck.run(data, Progress.NONE)).doesNotThrowAnyException();

    bytes[299_999] = 1;
    Files.write(file, bytes);
    refused("another checksum");
    Files.write(file, new byte[3]);
    refused("3 bytes instead of 300000");
    Files.delete(file);
    refused("not there");
  }

  private void refused(String why) {
    assertThatThrownBy(() -> ManifestCheck.run(data, Progress.NONE))
        .isInstanceOfSatisfying(
            SalvorException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.RESTORE_MISMATCH);
              assertThat(e.getMessage()).contains("base/1");
              assertThat(e.why()).contains(why);
            });
  }
}
