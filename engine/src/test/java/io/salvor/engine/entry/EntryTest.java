package io.salvor.engine.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.blob.BlobId;
import io.salvor.engine.codec.CborWriter;
import io.salvor.engine.content.ContentRef;
import io.salvor.engine.content.Extent;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.posix.PosixTime;
import io.salvor.engine.tree.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EntryTest {
  private static final Key KEY = Key.of("dir", "name");
  private static final ContentRef.Inline CONTENT =
      new ContentRef.Inline(
          List.of(new Extent.Data(5, new BlobId(1, 2, 3, 4)), new Extent.Hole(10)));

  @Property(tries = 1000)
  void anEntryComesBackFromItsBytes(@ForAll long seed) {
    Entry entry = random(new Random(seed));
    byte[] bytes = EntryCodec.encode(entry);
    Entry back = EntryCodec.decode(KEY, bytes);
    assertThat(back).isEqualTo(entry);
    assertThat(back.differences(entry)).isEmpty();
    assertThat(EntryCodec.encode(back)).isEqualTo(bytes);
    assertThat(EntryCodec.encode(back.toBuilder().build())).isEqualTo(bytes);
  }

  @Property(tries = 3000)
  void mutatedEntriesAreDamageOrOtherEntries(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = EntryCodec.encode(random(random));
    for (int i = 0; i < 10; i++) {
      byte[] bad = bytes.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      readOrRefuse(bad);
    }
  }

  @Property(tries = 3000)
  void randomBytesAreDamage(@ForAll byte[] bytes) {
    readOrRefuse(bytes);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      Entry entry = EntryCodec.decode(KEY, bytes);
      if (entry.kind() != EntryKind.UNKNOWN) {
        assertThat(EntryCodec.decode(KEY, EntryCodec.encode(entry))).isEqualTo(entry);
      }
    } catch (SalvorException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED);
      assertThat(e).hasMessageContaining("dir/name");
    }
  }

  @Test
  void anEntryHasTheBytesOfTheFormat() {
    Entry entry =
        Entry.builder(EntryKind.SYMLINK)
            .mtime(new PosixTime(-1, 500_000_000))
            .mode(0777)
            .user(new Owner(1000, new byte[] {'u'}))
            .group(new Owner(0xffff_ffffL, null))
            .target(new byte[] {(byte) 0xff})
            .inode(-2)
            .build();
    assertThat(HexFormat.of().formatHex(EntryCodec.encode(entry)))
        .isEqualTo(
            "a8"
                + "0003"
                + "0482201a1dcd6500"
                + "051901ff"
                + "061903e8"
                + "071affffffff"
                + "084175"
                + "0a41ff"
                + "0d21");
  }

  @Test
  void fieldsOfLaterVersionsArePassedOver() {
    byte[] bytes =
        new CborWriter()
            .map()
            .key(0)
            .uint(4)
            .key(4)
            .time(7, 0)
            .key(5)
            .uint(0600)
            .key(6)
            .uint(1)
            .key(7)
            .uint(2)
            .key(20)
            .map()
            .key(0)
            .text("later")
            .end()
            .key(1000)
            .array()
            .nil()
            .end()
            .end()
            .toByteArray();
    Entry entry = EntryCodec.decode(KEY, bytes);
    assertThat(entry.kind()).isEqualTo(EntryKind.FIFO);
    assertThat(entry.mtime()).isEqualTo(new PosixTime(7, 0));
    assertThat(EntryCodec.encode(entry).length).isLessThan(bytes.length);
  }

  @Test
  void kindsOfOtherProvidersAreUnknown() {
    byte[] bytes = new CborWriter().map().key(0).uint(34).key(1).text("x").end().toByteArray();
    Entry entry = EntryCodec.decode(KEY, bytes);
    assertThat(entry.kind()).isEqualTo(EntryKind.UNKNOWN);
    assertThatThrownBy(() -> EntryCodec.encode(entry)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "a0, no kind",
    "a10000, kind 0",
    "a10002, nothing else",
    "a5000204820000050006000700ff, bytes behind",
    "a50001048200000500060007 00, a file without a size",
    "a6000201000482000005000600 0700, a directory with a size",
    "a50003048200000500060007 00, a link without a target",
    "a50006048200000500060007 00, a device without numbers",
    "a600020482000005000600 0700 0a4161, a directory with a target",
    "a600010105048200000500060007 00, a size without a content",
    "a7000101050241 09 048200000500060007 00, a content of another length",
    "a5000404820000051910000600 0700, a mode of 13 bits",
    "a500040482001a3b9aca0005000600 0700, a thousand million nanoseconds",
    "a50004048200000500061b00000001000000000700, a user id of 33 bits",
    "a600040482000005000600 0700 0c80, an empty list of attributes",
    "a600040482000005000600 0700 0f820101, one name that is many",
    "a6000404820000050006000700 0f8200 02 00, a stray item",
    "a600040482000005000600 0700 1000, blocks of nothing",
  })
  void whatIsNoEntryIsDamage(String hex, String what) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertThatThrownBy(() -> EntryCodec.decode(KEY, bytes))
        .as(what)
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TREE_DAMAGED));
  }

  static Stream<Arguments> edits() {
    return Stream.of(
        edit(EntryField.MODE, b -> b.mode(0)),
        edit(EntryField.OWNER, b -> b.user(new Owner(7, text("me")))),
        edit(EntryField.OWNER, b -> b.user(new Owner(1000, text("you")))),
        edit(EntryField.GROUP, b -> b.group(new Owner(7, null))),
        edit(EntryField.MTIME, b -> b.mtime(new PosixTime(100, 1))),
        edit(EntryField.XATTRS, b -> b.xattrs(List.of(acl("1")))),
        edit(EntryField.ACL, b -> b.xattrs(List.of(note("1"), acl("2")))),
        edit(EntryField.LINKS, b -> b.links(new HardLinks(1, 3))),
        edit(
            EntryField.CONTENT,
            b ->
                b.content(
                    15,
                    new ContentRef.Inline(List.of(new Extent.Data(15, new BlobId(1, 2, 3, 4)))))));
  }

  private static Arguments edit(EntryField field, UnaryOperator<EntryBuilder> edit) {
    return Arguments.of(field, edit);
  }

  @ParameterizedTest
  @MethodSource("edits")
  void aDifferenceIsNamed(EntryField field, UnaryOperator<EntryBuilder> edit) {
    Entry entry = file();
    Entry other = edit.apply(entry.toBuilder()).build();
    assertThat(entry.differences(other)).containsExactly(field);
    assertThat(other.differences(entry)).containsExactly(field);
    assertThat(entry.sameMetadata(other)).isEqualTo(field == EntryField.CONTENT);
    assertThat(entry).isNotEqualTo(other);
  }

  @Test
  void whatARestoreCannotSetIsNoDifference() {
    Entry entry = file();
    Entry other =
        entry.toBuilder()
            .inode(9)
            .ctime(new PosixTime(5, 5))
            .user(new Owner(1000, null))
            .links(new HardLinks(77, 2))
            .build();
    assertThat(entry.differences(other)).isEmpty();
    assertThat(entry.sameMetadata(other)).isTrue();
    assertThat(entry).isNotEqualTo(other);
  }

  @Test
  void anotherKindDiffersInAllItHas() {
    Entry link =
        Entry.builder(EntryKind.SYMLINK)
            .mtime(new PosixTime(100, 0))
            .mode(0640)
            .user(new Owner(1000, text("me")))
            .group(new Owner(100, text("users")))
            .target(text("there"))
            .build();
    assertThat(file().differences(link))
        .isEqualTo(
            EnumSet.of(
                EntryField.KIND,
                EntryField.CONTENT,
                EntryField.SIZE,
                EntryField.TARGET,
                EntryField.XATTRS,
                EntryField.ACL,
                EntryField.LINKS));
    assertThat(Set.of(EntryField.MTIME.toString())).containsExactly("mtime");
  }

  @Test
  void whatDoesNotFitTogetherIsNotBuilt() {
    List<EntryBuilder> wrong =
        List.of(
            Entry.builder(EntryKind.FILE).content(3, ContentRef.EMPTY),
            Entry.builder(EntryKind.FILE).content(14, CONTENT),
            Entry.builder(EntryKind.DIRECTORY).content(15, CONTENT),
            Entry.builder(EntryKind.DIRECTORY).links(new HardLinks(1, 2)),
            Entry.builder(EntryKind.SYMLINK),
            Entry.builder(EntryKind.FIFO).target(text("x")),
            Entry.builder(EntryKind.BLOCK_DEVICE),
            Entry.builder(EntryKind.SOCKET).device(new Device(1, 2)),
            Entry.builder(EntryKind.FIFO).blockSize(4096),
            Entry.builder(EntryKind.FIFO).xattrs(List.of(note("1"), note("2"))));
    for (EntryBuilder builder : wrong) {
      assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static Entry file() {
    return Entry.builder(EntryKind.FILE)
        .content(15, CONTENT)
        .mtime(new PosixTime(100, 0))
        .ctime(new PosixTime(200, 0))
        .mode(0640)
        .user(new Owner(1000, text("me")))
        .group(new Owner(100, text("users")))
        .xattrs(List.of(note("1"), acl("1")))
        .inode(42)
        .links(new HardLinks(1, 2))
        .build();
  }

  /** Of a database. */
  private static Entry part(Random random) {
    Attributes attributes = Attributes.NONE;
    for (int i = random.nextInt(4); i > 0; i--) {
      attributes =
          random.nextBoolean()
              ? attributes.with("name-" + i, "\u00e9\n" + random.nextInt())
              : attributes.with("rows" + i, random.nextLong());
    }
    boolean empty = random.nextBoolean();
    return Entry.builder(random.nextBoolean() ? EntryKind.TABLE : EntryKind.DEFINITION)
        .mtime(new PosixTime(random.nextLong(), 0))
        .content(empty ? 0 : 15, empty ? ContentRef.EMPTY : CONTENT)
        .attributes(attributes)
        .build();
  }

  @Test
  void aTableHasTheBytesOfTheFormat() {
    Entry entry =
        Entry.builder(EntryKind.TABLE)
            .mtime(new PosixTime(1, 2))
            .attributes(Attributes.NONE.with("rows", -3).with("columns", "a,b"))
            .build();
    CborWriter expected =
        new CborWriter().map().key(0).uint(32).key(1).uint(0).key(4).time(1, 2).key(19).array();
    expected.array().text("columns").text("a,b").end().array().text("rows").integer(-3).end();
    assertThat(EntryCodec.encode(entry)).isEqualTo(expected.end().end().toByteArray());
    assertThat(entry.attributes().text("columns")).isEqualTo("a,b");
    assertThat(entry.attributes().number("rows")).isEqualTo(-3);
    assertThat(entry.attributes().number("columns")).isNull();
  }

  @Test
  void aTableHasNothingOfAFile() {
    CborWriter mode = new CborWriter().map().key(0).uint(33).key(1).uint(0).key(4).time(1, 2);
    byte[] bytes = mode.key(5).uint(0).end().toByteArray();
    assertThatThrownBy(() -> EntryCodec.decode(KEY, bytes)).isInstanceOf(SalvorException.class);
    assertThatThrownBy(() -> Entry.builder(EntryKind.TABLE).inode(1).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Entry.builder(EntryKind.FIFO).attributes(Attributes.NONE.with("a", 1)).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Attributes.NONE.with("A", 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Entry random(Random random) {
    if (random.nextInt(4) == 0) {
      return part(random);
    }
    EntryKind kind = EntryKind.values()[random.nextInt(7)];
    EntryBuilder builder =
        Entry.builder(kind)
            .mtime(new PosixTime(random.nextLong(), random.nextInt(1_000_000_000)))
            .mode(random.nextInt())
            .user(new Owner(random.nextLong(1L << 32), random.nextBoolean() ? text("u") : null))
            .group(new Owner(random.nextLong(1L << 32), random.nextBoolean() ? text("") : null));
    if (kind == EntryKind.FILE) {
      switch (random.nextInt(3)) {
        case 0 -> builder.content(15, CONTENT);
        case 1 ->
            builder
                .content(
                    random.nextLong(1L << 60) + 1000,
                    new ContentRef.ListRoot(
                        new BlobId(random.nextLong(), 0, 0, 0), random.nextInt(256), 999))
                .blockSize(8192);
        default -> builder.content(0, ContentRef.EMPTY);
      }
    }
    if (kind == EntryKind.SYMLINK) {
      builder.target(new byte[random.nextInt(4)]);
    }
    if (kind.isDevice()) {
      builder.device(new Device(random.nextInt(1 << 12), random.nextInt(1 << 20)));
    }
    if (random.nextBoolean()) {
      builder.ctime(new PosixTime(random.nextInt(), 0)).inode(random.nextLong());
    }
    if (random.nextBoolean() && kind != EntryKind.DIRECTORY) {
      builder.links(new HardLinks(random.nextLong(), 2 + random.nextInt(5)));
    }
    List<Xattr> xattrs = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      xattrs.add(new Xattr(new byte[] {(byte) (250 + i)}, new byte[random.nextInt(2000)]));
    }
    return builder.xattrs(xattrs).build();
  }

  private static Xattr note(String value) {
    return new Xattr(text("user.note"), text(value));
  }

  private static Xattr acl(String value) {
    return new Xattr(text("system.posix_acl_access"), text(value));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
