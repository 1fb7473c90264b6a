package io.salvor.engine.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.salvor.engine.posix.Implementations.Implementation;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every part of the contract starts from: an implementation and an empty directory. */
@ParameterizedClass(name = "{0}")
@MethodSource("io.salvor.engine.posix.Implementations#all")
abstract class PosixContract {

  static final PosixTime SOME_TIME = new PosixTime(1_600_000_000L, 123_456_789);

  @Parameter Implementation implementation;
  @TempDir Path temp;
  Dir root;

  @BeforeEach
  void openRoot() throws PosixException {
    root = posix().openRoot(temp);
  }

  @AfterEach
  void closeRoot() {
    root.close();
  }

  Posix posix() {
    return implementation.posix();
  }

  boolean has(Capability capability) {
    return posix().capabilities().has(capability);
  }

  void needs(Capability capability) {
    assumeTrue(has(capability), () -> implementation + " announces that it lacks " + capability);
  }

  static void needsRoot() {
    assumeTrue(Posix.system().effectiveUid() == 0, "only root may do this");
  }

  static byte[] name(String text) {
    return RawNames.of(text);
  }

  static byte[] hex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  static PosixException refused(ThrowingCallable call) {
    PosixException refusal = catchThrowableOfType(PosixException.class, call);
    assertThat(refusal).as("a refusal").isNotNull();
    return refusal;
  }

  void write(String file, byte[] content) throws PosixException {
    try (FileHandle handle = root.createFile(name(file), 0644)) {
      handle.pwrite(0, content, 0, content.length);
    }
  }

  byte[] read(Dir dir, String file) throws PosixException {
    try (FileHandle handle = dir.openFile(name(file))) {
      byte[] content = new byte[(int) handle.stat().size()];
      int done = 0;
      while (done < content.length) {
        int read = handle.read(content, done, content.length - done);
        assertThat(read).isPositive();
        done += read;
      }
      return content;
    }
  }

  static List<String> names(Dir dir) throws PosixException {
    List<String> names = new ArrayList<>();
    for (byte[] name : dir.list().sort()) {
      names.add(RawNames.display(name));
    }
    return names;
  }

  /** What NIO says, for comparison with what we say. */
  Object attribute(String file, String attribute) throws Exception {
    return Files.getAttribute(temp.resolve(file), attribute, LinkOption.NOFOLLOW_LINKS);
  }

  /** Runs a program of the system; its output, or null if it is not there or fails. */
  static String run(String... command) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (java.io.IOException e) {
      return null;
    }
    String output = new String(process.getInputStream().readAllBytes());
    return process.waitFor() == 0 ? output : null;
  }
}
