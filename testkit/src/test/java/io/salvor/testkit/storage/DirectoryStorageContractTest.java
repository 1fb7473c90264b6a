package io.salvor.testkit.storage;

import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.Storage;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStorageContractTest extends StorageContract {
  @TempDir Path directory;

  @Override
  protected Storage open() throws IOException {
    return DirectoryStorage.create(directory.resolve("repository"));
  }

  @Override
  protected Storage reopen() throws IOException {
    return DirectoryStorage.open(directory.resolve("repository"));
  }
}
