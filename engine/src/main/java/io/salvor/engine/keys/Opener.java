package io.salvor.engine.keys;

/** What opens a credential: a passphrase, or a key of a key service. */
public sealed interface Opener extends AutoCloseable permits Passphrase, KmsKey {

  /** What messages call it. */
  String describe();

  @Override
  void close();
}
