package io.salvor.engine.keys;

import io.salvor.engine.kms.KeyService;

/** A key of a key service. Closing it ends the connection to the service. */
public record KmsKey(KeyService service) implements Opener {
  @Override
  public String describe() {
    return "The key " + service.reference();
  }

  @Override
  public void close() {
    service.close();
  }
}
