package io.salvor.engine.durable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFilesTest {
  @TempDir Path temp;

  @Test
  void aDirectoryThatComesAndGoesIsMadeAllTheSame() throws Exception {
    Path directory = temp.resolve("comes-and-goes");
    AtomicBoolean done = new AtomicBoolean();
    Callable<Boolean> others =
        () -> {
          while (!done.get()) {
            try {
              Files.createDirectory(directory);
            } catch (FileAlreadyExistsException e) {
              // The test has made it.
            }
            Files.deleteIfExists(directory);
          }
          return true;
        };
    try (ExecutorService executor = Executors.newFixedThreadPool(1)) {
      Future<Boolean> other = executor.submit(others);
      try {
        for (int i = 0; i < 30_000; i++) {
          make(directory);
        }
      } finally {
        done.set(true);
      }
      assertThat(other.get()).isTrue();
    }
  }

  private static void make(Path directory) throws Exception {
    try {
      PrivateFiles.createDirectory(directory);
    } catch (NoSuchFileException e) {
      // Made, and removed before its permissions were looked at.
      assertThat(e.getFile()).isEqualTo(directory.toString());
    }
  }

  @Test
  void aFileInThePlaceOfADirectoryIsNotOverlooked() throws Exception {
    Path file = Files.createFile(temp.resolve("file"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), temp.resolve("nowhere"));

    assertThatThrownBy(() -> PrivateFiles.createDirectory(file))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> PrivateFiles.createDirectory(link))
        .isInstanceOf(FileAlreadyExistsException.class);
  }
}
