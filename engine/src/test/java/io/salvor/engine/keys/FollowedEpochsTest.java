package io.salvor.engine.keys;

import static io.salvor.engine.keys.KeyShop.SECRET;
import static io.salvor.engine.keys.KeyShop.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.salvor.engine.crypto.ObjectId;
import io.salvor.engine.crypto.ObjectKind;
import io.salvor.engine.crypto.ObjectKind.KeyClass;
import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.ledger.Ledger;
import io.salvor.engine.ledger.LedgerMemory;
import io.salvor.engine.storage.ObjectName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has the repository open while others change its epochs. */
class FollowedEpochsTest {
  private static final ObjectId ID = new ObjectId(0, 7);

  @TempDir Path directory;
  private KeyShop shop;
  private CredentialInfo second;

  @BeforeEach
  void begin() throws IOException {
    shop = new KeyShop(directory);
    second = shop.add("first", "second", "");
  }

  @AfterEach
  void end() throws IOException {
    shop.close();
  }

  private EpochInfo rotated() throws IOException {
    try (KeyShop.Open other = shop.open("first")) {
      return other.register().rotate();
    }
  }

  private void follow(KeyShop.Open open) throws IOException {
    open.keys.follow(shop.storage, Ledger.read(shop.storage, open.keys.ring(), LedgerMemory.NONE));
  }

  @Test
  void whatIsWrittenOnceTheLedgerNamesAnEpochIsSealedToIt() throws IOException {
    try (KeyShop.Open open = shop.open("second")) {
      ObjectId before = open.keys.ring().epoch();
      ObjectId sensitive = open.keys.ring().epoch(KeyClass.SENSITIVE);
      follow(open);
      assertThat(open.keys.ring().epoch()).isEqualTo(before);
      EpochInfo made = rotated();
      assertThat(open.keys.ring().epoch()).isEqualTo(before);
      follow(open);
      assertThat(open.keys.ring().epoch()).isEqualTo(made.id());
      assertThat(open.keys.ring().epochs()).contains(before, made.id());
      try (KeyShop.Open now = shop.open("first")) {
        assertThat(open.keys.ring().epoch(KeyClass.SENSITIVE))
            .isEqualTo(now.keys.ring().epoch(KeyClass.SENSITIVE))
            .isNotEqualTo(sensitive);
      }
      assertThat(shop.opens("first", open.keys.ring().sealSmall(ObjectKind.MANIFEST, ID, SECRET)))
          .isTrue();
    }
  }

  @Test
  void nothingIsReadAgainForAnEpochThatIsKnown() throws IOException {
    EpochInfo made = rotated();
    try (KeyShop.Open open = shop.open("second")) {
      shop.storage.delete(ObjectKind.EPOCH.name(made.id()));
      follow(open);
      assertThat(open.keys.ring().epoch()).isEqualTo(made.id());
    }
  }

  @Test
  void anEpochThatTheLedgerNamesAndThatIsGoneStopsWhoWouldWrite() throws IOException {
    try (KeyShop.Open open = shop.open("second")) {
      EpochInfo made = rotated();
      shop.storage.delete(ObjectKind.EPOCH.name(made.id()));
      assertFails(ErrorCode.KEY_DAMAGED, () -> follow(open));
    }
  }

  @Test
  void whoWasWithdrawnIsToldSoAndSealsNothingMore() throws IOException {
    try (KeyShop.Open open = shop.open("second")) {
      try (KeyShop.Open first = shop.open("first")) {
        first.register().remove(second.id(), false);
      }
      rotated();
      assertFails(ErrorCode.CREDENTIAL_WITHDRAWN, () -> follow(open));
    }
  }

  @Test
  void whoIsNotGrantedTheNewEpochReadsOnAndWritesNothing() throws IOException {
    byte[] object = shop.seal("first", ID);
    try (KeyShop.Open open = shop.open("second")) {
      EpochInfo made = rotated();
      try (KeyShop.Open first = shop.open("first")) {
        for (Grant grant : shop.grantsOf(second.id())) {
          if (grant.epochs().contains(made.id())) {
            shop.hide(ObjectKind.GRANT.name(grant.id()), first);
          }
        }
      }
      follow(open);
      assertThat(open.keys.ring().canSeal()).isFalse();
      assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(SECRET);
    }
  }

  @Test
  void whatOthersHaveSealedToANewerEpochOpensWithoutTheLedger() throws IOException {
    try (KeyShop.Open open = shop.open("second")) {
      open.keys.learnFrom(shop.storage);
      rotated();
      byte[] object = shop.seal("first", ID);
      assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, ID, object)).isEqualTo(SECRET);
    }
  }

  @Test
  void whoseGrantsAreGoneOpensWhatWasGrantedBefore() throws IOException {
    byte[] before = shop.seal("first", ID);
    try (KeyShop.Open open = shop.open("second")) {
      open.keys.learnFrom(shop.storage);
      rotated();
      byte[] after = shop.seal("first", new ObjectId(0, 8));
      List<ObjectName> grants =
          shop.grantsOf(second.id()).stream().map(g -> ObjectKind.GRANT.name(g.id())).toList();
      for (ObjectName grant : grants) {
        shop.storage.delete(grant);
      }
      assertFails(
          ErrorCode.OBJECT_UNREADABLE,
          () -> open.keys.ring().openSmall(ObjectKind.MANIFEST, new ObjectId(0, 8), after));
      assertThat(open.keys.ring().openSmall(ObjectKind.MANIFEST, ID, before)).isEqualTo(SECRET);
    }
  }
}
