package io.salvor.provider.files;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.pattern.Unmatched;
import io.salvor.engine.posix.Dir;
import io.salvor.engine.posix.RawNames;
import io.salvor.engine.posix.Stat;
import io.salvor.engine.source.Sensitivity;
import io.salvor.engine.tree.Key;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PipelineTest extends FilesTest {
  @Test
  @Timeout(20)
  void whereNoThreadCanBeStartedTheCaptureFailsInsteadOfWaiting() throws Exception {
    write("a", "1");
    MemoryCapture capture = new MemoryCapture();
    EntryReader reader =
        new EntryReader(capture, new Sensitivity(List.of()), new Metadata(posix.owners()));
    byte[] name = RawNames.of("a");
    Dir dir = posix.openRoot(root());
    Stat stat = dir.stat(name);
    SharedDir shared = new SharedDir(dir);
    assertThatThrownBy(
            () ->
                Pipeline.run(
                    capture,
                    reader,
                    new Unmatched(List.of()),
                    1,
                    noThreads(),
                    out -> out.add(new Found.Unread(Key.of("a"), shared, name, stat))))
        .isInstanceOf(OutOfMemoryError.class);
    shared.release();
  }

  private static ThreadFactory noThreads() {
    return _ -> {
      throw new OutOfMemoryError("unable to create native thread");
    };
  }
}
