package io.salvor.engine.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.posix.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class SystemErrorsTest {

  @Test
  void theSystemsTextsAreToldApart() {
    assertThat(SystemErrors.of(new IOException("No space left on device"))).isEqualTo(Errno.ENOSPC);
    assertThat(SystemErrors.of(new FileSystemException("/x", null, "Read-only file system")))
        .isEqualTo(Errno.EROFS);
    assertThat(SystemErrors.of(new AccessDeniedException("/x"))).isEqualTo(Errno.EACCES);
  }

  @Test
  void aTextThatIsInNoTableOfOursIsAskedOfTheCLibrary() {
    assertThat(SystemErrors.of(new IOException("Device or resource busy"))).isEqualTo(Errno.EBUSY);
  }

  @Test
  void othersAreNotGuessed() {
    assertThat(SystemErrors.of(new IOException("something else"))).isNull();
    assertThat(SystemErrors.of(new IOException())).isNull();
  }
}
