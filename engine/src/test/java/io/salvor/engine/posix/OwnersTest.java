package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OwnersTest extends PosixContract {

  @Test
  void knowsWhatThePasswordFileKnows() throws Exception {
    needs(Capability.OWNER_NAMES);
    Owners owners = posix().owners();
    for (int round = 0; round < 2; round++) {
      for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
        String[] fields = line.split(":");
        assertThat(owners.uid(fields[0])).isEqualTo(OptionalLong.of(Long.parseLong(fields[2])));
        assertThat(owners.userName(Long.parseLong(fields[2]))).isNotNull();
      }
      for (String line : Files.readAllLines(Path.of("/etc/group"))) {
        String[] fields = line.split(":");
        assertThat(owners.gid(fields[0])).isEqualTo(OptionalLong.of(Long.parseLong(fields[2])));
        assertThat(owners.groupName(Long.parseLong(fields[2]))).isNotNull();
      }
      assertThat(owners.userName(0)).isEqualTo("root");
    }
  }

  @Test
  void knowsNobodyElse() throws Exception {
    Owners owners = posix().owners();
    assertThat(owners.userName(3_999_999_999L)).isNull();
    assertThat(owners.groupName(3_999_999_999L)).isNull();
    assertThat(owners.uid("no-such-user-here")).isEmpty();
    assertThat(owners.gid("")).isEmpty();
    assertThat(owners.gid("a\0b")).isEmpty();
  }

  @Test
  void knowsWhoThisIs() throws Exception {
    needs(Capability.POSIX_METADATA);
    write("mine", new byte[0]);
    assertThat(posix().effectiveUid()).isEqualTo(root.stat(name("mine")).uid());
    assertThat(posix().effectiveGid()).isEqualTo(root.stat(name("mine")).gid());
    assertThat(posix().umask()).isBetween(0, 0777);
  }
}
