package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.progress.Progress;
import io.salvor.engine.repository.Repository;
import io.salvor.engine.repository.TestRepository;
import io.salvor.engine.storage.DirectoryStorage;
import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.verify.Verification;
import io.salvor.engine.verify.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups into a storage that takes no more after so many objects. */
class FailingStorageTest {
  @TempDir Path temp;
  private TestRepository test;
  private final MapSource source = new MapSource();

  @BeforeEach
  void aSource() throws IOException {
    test = new TestRepository(temp);
    byte[] noise = new byte[300_000];
    new Random(1).nextBytes(noise);
    source.put("a", noise).put("b", new byte[] {1});
  }

  @Test
  void aFullStorageIsToldAsSuchAndNothingIsLeftThatNeedsRoom() throws Exception {
    // Session, two packs, segment, checkpoint: each of them in its turn is one too many.
    for (int room = 0; room < 5; room++) {
      int objects = room;
      assertThatThrownBy(() -> run(objects))
          .isInstanceOfSatisfying(
              SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FULL));
      assertThat(sessions()).as("after %d objects", room).isEmpty();
    }
    assertThat(run(Integer.MAX_VALUE).backup().manifest().status()).isEqualTo(BackupStatus.SUCCESS);
    try (Repository repository = test.open()) {
      assertThat(
              Verification.run(
                      repository, VerifyReport.Depth.FULL, 1, Verification.all(), Progress.NONE)
                  .intact())
          .isTrue();
    }
  }

  @Test
  void anAcknowledgedBackupDoesNotFailBecauseItsSessionCannotBePutAway() throws Exception {
    // Session, two packs, segment, checkpoint, manifest, ledger entry; no room for the end.
    BackupReport report = run(7);
    assertThat(report.warnings()).extracting("code").containsExactly("session-left");
    try (Repository repository = test.open()) {
      BackupList list = BackupList.read(repository);
      assertThat(list.backups()).extracting(Backup::sealed).containsExactly(true);
    }
  }

  @Test
  void anInterruptionIsToldThoughItsCheckpointCannotBeStored() throws Exception {
    source.beforeEach(
        () -> {
          throw new SalvorException(ErrorCode.INTERRUPTED, "stop", "", "");
        });
    assertThatThrownBy(() -> run(1))
        .isInstanceOfSatisfying(
            SalvorException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERRUPTED));
    assertThat(sessions()).isEmpty();
  }

  private BackupReport run(int room) throws Exception {
    try (Repository repository =
        test.open(new SmallStorage(DirectoryStorage.open(test.directory()), new int[] {room}))) {
      return BackupRun.backup(
          repository,
          source,
          new BackupRequest(null, "host", "me", "", "", new TreeMap<>()),
          Progress.NONE);
    }
  }

  private List<ObjectName> sessions() throws IOException {
    List<ObjectName> names = new ArrayList<>();
    try (Storage storage = DirectoryStorage.open(test.directory())) {
      storage.list("sessions/", info -> names.add(info.name()));
    }
    return names;
  }

  /** A storage with room for a few objects more. */
  private static final class SmallStorage extends ForwardingStorage {
    private final int[] room;

    /**
     * @param room how many, in its only element
     */
    SmallStorage(Storage storage, int[] room) {
      super(storage);
      this.room = room;
    }

    @Override
    public ObjectWriter create(ObjectName name) throws IOException {
      synchronized (room) {
        if (room[0]-- <= 0) {
          throw new SalvorException(ErrorCode.STORAGE_FULL, "no room for " + name, "full", "");
        }
      }
      return storage.create(name);
    }
  }
}
