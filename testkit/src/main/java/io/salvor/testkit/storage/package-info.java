/**
 * What every storage must pass, and storages for tests.
 *
 * <p>{@link io.salvor.testkit.storage.StorageContract} holds a storage to every promise of {@link
 * io.salvor.engine.storage.Storage}. {@link io.salvor.testkit.storage.MemoryStorage} keeps objects
 * in memory and can be put back to an earlier state. {@link
 * io.salvor.testkit.storage.FaultyStorage} fails, lies, tears and crashes at chosen operations.
 * {@link io.salvor.testkit.storage.RecordingStorage} keeps a trace, from which {@link
 * io.salvor.testkit.storage.CrashStates} derives every state that a crash could leave. {@link
 * io.salvor.testkit.storage.Damage} damages objects at rest.
 */
@NullMarked
package io.salvor.testkit.storage;

import org.jspecify.annotations.NullMarked;
