package io.salvor.engine.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoragesTest {
  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"%s", "file:%s", "file://%s", "file://localhost%s", "FILE:%s"})
  void directoriesAreOpenedByPathAndByFileAddress(String form) throws IOException {
    Path directory = Files.createDirectory(temporary.resolve("repository"));
    try (Storage storage = Storages.open(form.formatted(directory))) {
      assertThat(storage.address()).isEqualTo(directory.toString());
    }
  }

  @Test
  void fileAddressesArePercentEncodedAndPathsAreNot() throws IOException {
    Files.createDirectory(temporary.resolve("a b"));
    Files.createDirectory(temporary.resolve("a%20b"));
    assertThat(Storages.open("file:" + temporary + "/a%20b").address()).endsWith("/a b");
    assertThat(Storages.open(temporary + "/a%20b").address()).endsWith("/a%20b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://bucket/prefix",
        "azblob://c/p",
        "sftp:host",
        "file://host/path",
        "file:",
        ""
      })
  void otherAddressesAreWrongUsageAndTheRemedyNamesTheKnownOnes(String address) {
    SalvorException failure =
        catchThrowableOfType(SalvorException.class, () -> Storages.open(address));
    assertThat(failure.code()).isEqualTo(ErrorCode.USAGE);
    assertThat(failure.remedy()).contains("/path").contains("file:/path");
  }

  @Test
  void creatingMakesMissingDirectories() throws IOException {
    String address = temporary.resolve("a/b/c").toString();
    assertThatThrownBy(() -> Storages.open(address)).isInstanceOf(SalvorException.class);
    Storages.create(address).close();
    assertThat(Path.of(address)).isDirectory();
    Storages.open(address).close();
  }
}
