package io.salvor.testkit.keys;

import io.salvor.engine.storage.ForwardingStorage;
import io.salvor.engine.storage.ObjectInfo;
import io.salvor.engine.storage.ObjectName;
import io.salvor.engine.storage.Storage;
import io.salvor.engine.storage.StorageTraits;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A storage whose lists do not show some objects, and which does not give others at all. */
final class Hiding extends ForwardingStorage {
  private final Predicate<ObjectName> unlisted;
  private Predicate<ObjectName> withheld = name -> false;
  private StorageTraits traits;

  Hiding(Storage storage, Predicate<ObjectName> unlisted) {
    super(storage);
    this.unlisted = unlisted;
    this.traits = storage.traits();
  }

  /** By its own word its lists lag so much. */
  Hiding lagging(Duration lag) {
    traits = new StorageTraits(lag, false);
    return this;
  }

  Hiding withholding(Predicate<ObjectName> objects) {
    withheld = objects;
    return this;
  }

  @Override
  public StorageTraits traits() {
    return traits;
  }

  @Override
  public byte[] get(ObjectName name) throws IOException {
    if (withheld.test(name)) {
      throw new NoSuchFileException(name.value());
    }
    return super.get(name);
  }

  @Override
  public void list(String prefix, Consumer<ObjectInfo> each) throws IOException {
    super.list(
        prefix,
        info -> {
          if (!unlisted.test(info.name())) {
            each.accept(info);
          }
        });
  }
}
