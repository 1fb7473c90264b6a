package io.salvor.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.salvor.engine.error.ErrorCode;
import io.salvor.engine.error.SalvorException;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.ObjectWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultyStorageTest {
  private static final ObjectName A = new ObjectName("a");
  private static final ObjectName B = new ObjectName("b");
  private static final byte[] CONTENT = new byte[1000];

  private final MemoryStorage memory = new MemoryStorage();
  private final FaultyStorage storage = new FaultyStorage(memory, 7);

  @Test
  void aRefusedOperationHasItsCodeAndDoesNothing() throws IOException {
    storage.at(2, new Fault.Refuse(ErrorCode.STORAGE_DENIED));
    storage.put(A, CONTENT);
    assertThat(codeOf(() -> storage.put(B, CONTENT))).isEqualTo(ErrorCode.STORAGE_DENIED);
    assertThat(memory.find(B)).isEmpty();
    storage.put(B, CONTENT);
    assertThat(storage.operations()).isEqualTo(3);
  }

  @Test
  void aFailureDoesNothingAndALostAnswerComesAfterTheDeed() throws IOException {
    storage.atChange(1, new Fault.Fail()).atChange(2, new Fault.TimeOut());
    assertThatThrownBy(() -> storage.put(A, CONTENT)).isInstanceOf(IOException.class);
    assertThat(memory.find(A)).isEmpty();
    assertThatThrownBy(() -> storage.put(A, CONTENT)).isInstanceOf(IOException.class);
    assertThat(memory.find(A)).isPresent();
  }

  @Test
  void aTornObjectIsAcknowledgedAndShort() throws IOException {
    storage.atChange(1, new Fault.Tear());
    storage.put(A, CONTENT);
    assertThat(memory.get(A)).hasSizeLessThan(CONTENT.length);
  }

  @Test
  void aMisreadIsWrongOnce() throws IOException {
    storage.at(2, new Fault.Misread());
    storage.put(A, CONTENT);
    assertThat(storage.get(A)).hasSameSizeAs(CONTENT).isNotEqualTo(CONTENT);
    assertThat(storage.get(A)).isEqualTo(CONTENT);
  }

  @Test
  void aRepeatedPutBringsADeletedObjectBack() throws IOException {
    storage.atChange(1, new Fault.Repeat(2));
    storage.put(A, CONTENT);
    storage.delete(A);
    assertThat(memory.find(A)).isEmpty();
    storage.find(B);
    assertThat(memory.find(A)).isPresent();
  }

  @ParameterizedTest
  @EnumSource(Extent.class)
  void aCrashLeavesTheOperationToItsExtentAndNothingWorksUntilRecovery(Extent extent)
      throws IOException {
    storage.put(A, CONTENT);
    storage.atChange(2, new Fault.Crash(extent));
    ObjectWriter open = storage.create(new ObjectName("open"));
    assertThatThrownBy(() -> storage.put(B, CONTENT)).isInstanceOf(SimulatedCrash.class);

    List<ThrowingCallable> all =
        List.of(
            () -> storage.get(A),
            () -> storage.get(A, 0, 1),
            () -> storage.find(A),
            () -> storage.list("", object -> {}),
            () -> storage.delete(A),
            () -> storage.create(A),
            () -> open.write(ByteBuffer.wrap(CONTENT)),
            open::commit);
    for (ThrowingCallable operation : all) {
      assertThatThrownBy(operation).isInstanceOf(SimulatedCrash.class);
    }
    open.close();
    assertThat(storage.hasCrashed()).isTrue();

    storage.recover();
    assertThat(storage.get(A)).isEqualTo(CONTENT);
    switch (extent) {
      case NOTHING -> assertThat(storage.find(B)).isEmpty();
      case TORN -> assertThat(storage.get(B)).hasSizeLessThan(CONTENT.length);
      case WHOLE -> assertThat(storage.get(B)).isEqualTo(CONTENT);
    }
  }

  @Test
  void aVolatileChangeIsTakenBackByTheNextCrash() throws IOException {
    storage.put(A, CONTENT);
    storage.atChange(2, new Fault.Volatile()).atChange(3, new Fault.Volatile());
    storage.put(B, CONTENT);
    storage.delete(A);
    assertThat(storage.find(B)).isPresent();
    storage.at(storage.operations() + 1, new Fault.Crash(Extent.NOTHING));
    assertThatThrownBy(() -> storage.find(A)).isInstanceOf(SimulatedCrash.class);
    storage.recover();
    assertThat(storage.find(A)).isPresent();
    assertThat(storage.find(B)).isEmpty();
  }

  @Test
  void aFullStorageSaysWhatIsMissingAndDeletingMakesRoom() throws IOException {
    storage.leaveRoom(1500);
    storage.put(A, CONTENT);
    SalvorException failure =
        catchThrowableOfType(SalvorException.class, () -> storage.put(B, CONTENT));
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FULL);
    assertThat(failure.why()).contains("500 bytes");
    try (ObjectWriter abandoned = storage.create(B)) {
      abandoned.write(ByteBuffer.wrap(new byte[500]));
    }
    storage.put(B, new byte[500]);
    storage.delete(A);
    storage.put(A, CONTENT);
    assertThat(codeOf(() -> storage.put(new ObjectName("c"), new byte[1])))
        .isEqualTo(ErrorCode.STORAGE_FULL);
  }

  @Test
  void aReadOnlyStorageIsOnlyRead() throws IOException {
    storage.put(A, CONTENT);
    storage.setReadOnly(true);
    assertThat(storage.get(A)).isEqualTo(CONTENT);
    assertThat(codeOf(() -> storage.create(B))).isEqualTo(ErrorCode.STORAGE_READ_ONLY);
    assertThat(codeOf(() -> storage.delete(A))).isEqualTo(ErrorCode.STORAGE_READ_ONLY);
  }

  @Test
  void equalSeedsGiveEqualFaults() {
    assertThat(failures(1)).isEqualTo(failures(1)).isNotEqualTo(failures(2)).isNotEmpty();
  }

  @Test
  void damageAtRestIsDone() throws IOException {
    memory.put(A, new byte[] {1, 2, 3});
    memory.put(B, new byte[] {9});
    Damage.flip(memory, A, 1, 0x80);
    assertThat(memory.get(A)).isEqualTo(new byte[] {1, (byte) 0x82, 3});
    Damage.cut(memory, A, 2);
    Damage.append(memory, A, new byte[] {7});
    assertThat(memory.get(A)).isEqualTo(new byte[] {1, (byte) 0x82, 7});
    Damage.swap(memory, A, B);
    assertThat(memory.get(A)).isEqualTo(new byte[] {9});
    Damage.lose(memory, A);
    assertThat(memory.find(A)).isEmpty();
    assertThatThrownBy(() -> Damage.lose(memory, A)).isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Integer> failures(long seed) {
    FaultyStorage storage = new FaultyStorage(new MemoryStorage(), seed);
    storage.sometimes(0.2, new Fault.Fail());
    List<Integer> failed = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      try {
        storage.put(A, Arrays.copyOf(CONTENT, i));
      } catch (IOException e) {
        failed.add(i);
      }
    }
    return failed;
  }

  private static ErrorCode codeOf(ThrowingCallable action) {
    return catchThrowableOfType(SalvorException.class, action).code();
  }
}
