package io.salvor.engine.crypto;

import io.salvor.engine.error.SalvorException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for epochs and write-only clients that have come since a ring was made: the key objects are
 * read again for each name that is not known, once if that has worked. Safe for several threads.
 */
final class Newcomers {
  /** Whoever plants objects of made-up epochs or writers does not keep everybody reading keys. */
  private static final int MOST_SOUGHT = 64;

  private final Set<Object> sought = new HashSet<>();
  private final Set<ObjectId> withheld = new HashSet<>();
  private volatile KeyRing.@Nullable Source source;

  void from(KeyRing.Source keys) {
    source = keys;
  }

  /**
   * Looks for an epoch.
   *
   * @throws SalvorException OBJECT_UNREADABLE if the key objects cannot be read just now
   */
  synchronized void epoch(Epochs chain, boolean sensitive, ObjectId epoch, String place) {
    news(epoch, place)
        .map(news -> sensitive ? news.sensitive() : news.content())
        .ifPresent(
            now -> {
              chain.learn(now.granted());
              withheld.addAll(now.there());
              withheld.removeAll(chain.ids());
            });
  }

  /** Looks for the write-only client that has this mark. */
  synchronized void writer(Writers writers, ObjectId id, String place) {
    news(id.high(), place).ifPresent(news -> writers.learn(news.writers()));
  }

  /** Whether an epoch is known to be there, and was not granted. */
  synchronized boolean isWithheld(ObjectId epoch) {
    return withheld.contains(epoch);
  }

  private Optional<KeyRing.News> news(Object about, String place) {
    KeyRing.Source from = source;
    if (from == null || sought.size() >= MOST_SOUGHT || !sought.add(about)) {
      return Optional.empty();
    }
    boolean read = false;
    try {
      Optional<KeyRing.News> news = Optional.of(from.news());
      read = true;
      return news;
    } catch (IOException e) {
      throw Damage.unreadable(
          place,
          "The keys that may have come since cannot be read: " + e.getMessage(),
          "Check the disk or the service behind the storage, and run it again",
          e);
    } finally {
      if (!read) {
        // It was not looked for.
        sought.remove(about);
      }
    }
  }

  /** What is said of an object whose epoch is there and was not granted. */
  static SalvorException notGranted(String place) {
    return Damage.unreadable(
        place,
        "It is sealed to an epoch that was not granted to this credential",
        "Use a credential that `salvor key list` shows as one that holds every epoch",
        null);
  }
}
