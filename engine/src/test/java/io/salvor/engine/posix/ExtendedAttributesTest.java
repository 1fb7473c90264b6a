package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ExtendedAttributesTest extends PosixContract {

  private static final byte[] COLOUR = name("user.colour");

  @BeforeEach
  void needsThemHere() throws Exception {
    write("file", new byte[1]);
    root.mkdir(name("dir"), 0755);
    try {
      root.setXattr(name("file"), name("user.probe"), new byte[0]);
    } catch (PosixException e) {
      if (e.isUnsupported()) {
        abort(implementation + ": the file system or the system has no extended attributes");
      }
      throw e;
    }
    root.removeXattr(name("file"), name("user.probe"));
  }

  @Test
  void keepsValuesOfEverySize() throws Exception {
    for (int size : new int[] {0, 1, 255, 2000}) {
      byte[] value = new byte[size];
      new Random(size).nextBytes(value);
      for (String entry : new String[] {"file", "dir"}) {
        root.setXattr(name(entry), COLOUR, value);
        assertThat(root.getXattr(name(entry), COLOUR)).isEqualTo(value);
      }
    }
    assertThat(root.listXattr(name("file"))).containsExactly(COLOUR);
    root.removeXattr(name("file"), COLOUR);
    assertThat(root.listXattr(name("file"))).isEmpty();
    assertThat(root.getXattr(name("file"), COLOUR)).isNull();
    assertThat(refused(() -> root.removeXattr(name("file"), COLOUR)).errno())
        .isEqualTo(Errno.ENODATA);
    assertThat(refused(() -> root.getXattr(name("none"), COLOUR)).isNotFound()).isTrue();
  }

  @Test
  void setsThemByHandleToo() throws Exception {
    try (FileHandle file = root.openForWrite(name("file"));
        Dir dir = root.openDir(name("dir"))) {
      for (Handle handle : new Handle[] {file, dir}) {
        handle.setXattr(COLOUR, name("blue"));
        assertThat(handle.getXattr(COLOUR)).isEqualTo(name("blue"));
        assertThat(handle.listXattr()).containsExactly(COLOUR);
      }
      dir.removeXattr(COLOUR);
      assertThat(dir.listXattr()).isEmpty();
    }
    assertThat(root.getXattr(name("file"), COLOUR)).isEqualTo(name("blue"));
  }

  @Test
  void seesAndSetsThoseOfLinksThemselves() throws Exception {
    root.symlink(name("file"), name("link"));
    root.setXattr(name("file"), COLOUR, name("red"));
    assertThat(root.getXattr(name("link"), COLOUR)).isNull();
    assertThat(root.listXattr(name("link"))).isEmpty();
    byte[] trusted = name("trusted.salvor");
    if (!has(Capability.ALL_XATTRS)) {
      assertThat(refused(() -> root.setXattr(name("file"), trusted, new byte[1])).isUnsupported())
          .isTrue();
      return;
    }
    needsRoot();
    root.setXattr(name("link"), trusted, name("mine"));
    assertThat(root.getXattr(name("link"), trusted)).isEqualTo(name("mine"));
    assertThat(root.listXattr(name("link"))).containsExactly(trusted);
    assertThat(root.getXattr(name("file"), trusted)).isNull();
    root.removeXattr(name("link"), trusted);
    assertThat(root.listXattr(name("link"))).isEmpty();
  }

  @Test
  void carriesAccessControlLists() throws Exception {
    needs(Capability.ALL_XATTRS);
    byte[] access = name("system.posix_acl_access");
    byte[] inherited = name("system.posix_acl_default");
    byte[] list = acl();
    root.chmod(name("dir"), 0700);
    try {
      root.setXattr(name("dir"), access, list);
    } catch (PosixException e) {
      if (e.isUnsupported()) {
        abort("the file system has no access control lists");
      }
      throw e;
    }
    root.setXattr(name("dir"), inherited, list);
    assertThat(root.getXattr(name("dir"), access)).isEqualTo(list);
    assertThat(root.listXattr(name("dir"))).containsExactlyInAnyOrder(access, inherited);
    assertThat(root.stat(name("dir")).mode()).as("the mask shows as the group's").isEqualTo(0760);
    try (Dir dir = posix().openRoot(temp.resolve("dir"))) {
      dir.createFile(name("heir"), 0666).close();
      assertThat(dir.listXattr(name("heir"))).contains(access);
    }
  }

  /** The kernel's form: version 2, then tag, permissions and id of each entry. */
  private static byte[] acl() {
    ByteBuffer acl = ByteBuffer.allocate(4 + 5 * 8).order(ByteOrder.LITTLE_ENDIAN).putInt(2);
    int[][] entries = {{1, 7, -1}, {2, 4, 1234}, {4, 4, -1}, {0x10, 6, -1}, {0x20, 0, -1}};
    for (int[] entry : entries) {
      acl.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
    }
    return acl.array();
  }
}
