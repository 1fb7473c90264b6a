package io.salvor.provider.files.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.blob.BlobKind;
import io.salvor.engine.blob.BlobSource;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.entry.Entry;
import io.salvor.engine.entry.EntryField;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.Posix;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.restore.Change;
import io.salvor.engine.restore.LiveItem;
import io.salvor.engine.restore.Resolution;
import io.salvor.engine.restore.RestoreId;
import io.salvor.engine.restore.Step;
import io.salvor.engine.tree.Key;
import io.salvor.provider.files.target.Trouble.MovedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer does while somebody else works in the same directory. */
class EntryWriterTest {
  private static final byte[] NAME = RawNames.of("f");

  @TempDir Path temp;
  private final Posix posix = Posix.system();
  private final EntryWriter writer = writer();
  private Path file;
  private Dir dir;
  private LiveItem live;

  private EntryWriter writer() {
    BlobSource blobs = new NoBlobs();
    Comparison comparison = new Comparison(blobs, (_, _, _, _) -> new BlobId(0, 0, 0, 0), true);
    return new EntryWriter(
        new FileContent(blobs, comparison, false, Progress.NONE, spared -> {}),
        new MetadataWriter(new Losses()),
        new TemporaryName(new RestoreId("20260130-150000-k7f3q")),
        posix.capabilities(),
        new InPlace(Map.of(), true));
  }

  @BeforeEach
  void look() throws IOException {
    file = Files.writeString(temp.resolve("f"), "as planned");
    dir = posix.openRoot(temp);
    live =
        Objects.requireNonNull(
            new LiveEntries(posix.owners(), InPlace.NOTHING).look(Key.of("f"), dir, NAME));
  }

  @AfterEach
  void close() {
    dir.close();
  }

  @Test
  void aFileThatIsPutInThePlaceOfAnotherDoesNotGetItsMode() throws Exception {
    Path other = Files.writeString(temp.resolve("other"), "somebody else's");
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
    Entry wanted = live.entry().toBuilder().mode(04755).build();
    Step step = step(new Change.Update(EnumSet.of(EntryField.MODE)), wanted);
    Dir watched =
        watched(
            Set.of("stat", "openFile"),
            _ -> {
              if (Files.exists(other)) {
                move(other, file);
              }
            });
    try {
      writer.change(step, watched, NAME, wanted, live);
    } catch (MovedException e) {
      // To notice is as good.
    }
    assertThat(file).hasContent("somebody else's");
    assertThat(dir.stat(NAME).mode()).isEqualTo(0600);
  }

  @Test
  void aFileThatHasGoneOrIsSomethingElseNowHasMoved() throws Exception {
    Entry wanted = live.entry().toBuilder().mode(0600).build();
    Step step = step(new Change.Update(EnumSet.of(EntryField.MODE)), wanted);
    Files.delete(file);
    assertThatThrownBy(() -> writer.change(step, dir, NAME, wanted, live))
        .isInstanceOf(MovedException.class);
    Files.createSymbolicLink(file, temp.resolve("elsewhere"));
    assertThatThrownBy(() -> writer.change(step, dir, NAME, wanted, live))
        .isInstanceOf(MovedException.class);
  }

  @Test
  void aFileThatHasChangedKeepsItsNameAllTheTime() throws Exception {
    Entry wanted = live.entry().toBuilder().content(0, ContentRef.EMPTY).build();
    Step step = step(new Change.Update(EnumSet.of(EntryField.CONTENT)), wanted);
    Dir watched =
        watched(
            Set.of("createFile", "rename"),
            method -> {
              assertThat(method).isNotEqualTo("rename");
              write("changed meanwhile");
            });
    assertThatThrownBy(() -> writer.make(step, wanted, watched, false))
        .isInstanceOf(MovedException.class);
    assertThat(file).hasContent("changed meanwhile");
  }

  private Step step(Change change, Entry wanted) {
    return new Step(Key.of("f"), change, Resolution.NONE, wanted, live, null);
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(String text) {
    try {
      Files.writeString(file, text);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class NoBlobs implements BlobSource {
    @Override
    public byte[] get(BlobKind kind, BlobId id) throws IOException {
      throw new IOException("no blobs");
    }

    @Override
    public boolean contains(BlobKind kind, BlobId id) {
      return false;
    }
  }

  /** The directory; after each of these calls somebody does something. */
  private Dir watched(Set<String> methods, Consumer<String> after) {
    return (Dir)
        Proxy.newProxyInstance(
            Dir.class.getClassLoader(),
            new Class<?>[] {Dir.class},
            (self, method, arguments) -> {
              Object result;
              try {
                Object[] own = arguments == null ? new Object[0] : arguments.clone();
                Arrays.setAll(own, i -> own[i] == self ? dir : own[i]);
                result = method.invoke(dir, own);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (methods.contains(method.getName())) {
                after.accept(method.getName());
              }
              return result;
            });
  }
}
