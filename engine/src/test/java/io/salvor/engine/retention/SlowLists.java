package io.salvor.engine.retention;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.time.Duration;

/** A storage that says its lists may lag, so that whoever relies on them waits. */
final class SlowLists extends ForwardingStorage {
  static final Duration LAG = Duration.ofSeconds(10);

  SlowLists(Storage storage) {
    super(storage);
  }

  @Override
  public StorageTraits traits() {
    return new StorageTraits(LAG, false);
  }
}
