import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes jars fit for the JDK's ahead-of-time cache.
 *
 * <p>The cache leaves out classes older than format 50 (Java 6), for they carry no stack maps: of
 * picocli 4.7 that is every class, and costs more than half of the command line's start. It leaves
 * out signed jars too, and checking Bouncy Castle's signatures costs a quarter of a second of CPU
 * before the first key is opened. So stack maps are added, and signatures dropped once the build has
 * the jar, whose checksum Maven has compared; code and resources stay as they are. The build runs
 * this file as a source program; a jar that needs nothing is left alone.
 */
final class PrepareJars {
  private static final int FIRST_WITH_STACK_MAPS = 50;
  private static final int JAVA_8 = 52;

  private static final Pattern SIGNATURE =
      Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)", Pattern.CASE_INSENSITIVE);

  private PrepareJars() {}

  public static void main(String[] jars) throws IOException {
    for (String jar : jars) {
      prepare(Path.of(jar));
    }
  }

  private static void prepare(Path jar) throws IOException {
    Path rewritten = jar.resolveSibling(jar.getFileName() + ".new");
    boolean changed = false;
    try (var in = new ZipFile(jar.toFile());
        var classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        var out = new ZipOutputStream(Files.newOutputStream(rewritten))) {
      var classFile =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)));
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] content = content(in, entry);
        if (SIGNATURE.matcher(entry.getName()).matches()) {
          changed = true;
          continue;
        }
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
          content = mainSection(content);
        }
        if (entry.getName().endsWith(".class")) {
          var parsed = classFile.parse(content);
          if (parsed.majorVersion() < FIRST_WITH_STACK_MAPS) {
            content = classFile.transformClass(parsed, toJava8());
            changed = true;
          }
        }
        var copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(content);
        out.closeEntry();
      }
    }
    if (changed) {
      Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(rewritten);
    }
  }

  /** Without the sections of single entries, which hold their digests. */
  private static byte[] mainSection(byte[] manifest) throws IOException {
    var whole = new Manifest(new ByteArrayInputStream(manifest));
    whole.getEntries().clear();
    var out = new ByteArrayOutputStream();
    whole.write(out);
    return out.toByteArray();
  }

  private static ClassTransform toJava8() {
    return ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
        .andThen(
            (builder, element) -> {
              if (element instanceof ClassFileVersion) {
                builder.withVersion(JAVA_8, 0);
              } else {
                builder.with(element);
              }
            });
  }

  private static byte[] content(ZipFile in, ZipEntry entry) {
    try (var stream = in.getInputStream(entry)) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
