package io.salvor.testkit.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A small tree that is restored over, and what happens to it. */
record LiveTree(Path top) {

  /** Makes it, in a directory that is not there yet. */
  static LiveTree make(Path top) throws Exception {
    LiveTree tree = new LiveTree(Files.createDirectory(top));
    tree.write("a", "alpha");
    tree.write("d/b", "beta");
    tree.write("d/e/c", "gamma");
    Files.createSymbolicLink(top.resolve("l"), Path.of("a"));
    return tree;
  }

  void write(String name, String content) throws Exception {
    Path file = top.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  String read(String name) throws Exception {
    return Files.readString(top.resolve(name));
  }

  /** Keeps a copy of what is live now. */
  void copyTo(Path as) throws Exception {
    World.remove(as);
    Process cp = new ProcessBuilder("cp", "-a", top.toString(), as.toString()).start();
    assertThat(cp.waitFor()).isZero();
  }

  /** Changes, adds and deletes something. */
  void mutate() throws Exception {
    write("a", "ALPHA");
    write("extra", "not in the backup");
    write("d/more/x", "nor this");
    Files.delete(top.resolve("d/b"));
    Files.setPosixFilePermissions(
        top.resolve("d/e/c"), PosixFilePermissions.fromString("rwx------"));
  }

  /** What a restore has under way, or has left. */
  List<String> temporaries() throws Exception {
    try (var walk = Files.walk(top)) {
      return walk.map(p -> String.valueOf(p.getFileName()))
          .filter(n -> n.startsWith(".salvor-"))
          .toList();
    }
  }
}
