package io.salvor.cli.architecture.planted;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Breaks the ban on raw clocks in every way that it knows. */
public final class RawClocks {
  /** How many ways there are below. */
  public static final int WAYS = 13;

  private RawClocks() {}

  @SuppressWarnings({"JavaUtilDate", "TimeZoneUsage", "JavaTimeDefaultTimeZone"})
  static List<Object> all() {
    LongSupplier reference = System::nanoTime;
    Supplier<Instant> instants = Instant::now;
    return List.of(
        reference,
        instants,
        System.currentTimeMillis(),
        System.nanoTime(),
        Instant.now(),
        LocalDate.now(),
        LocalDateTime.now(),
        ZonedDateTime.now(ZoneId.of("UTC")),
        Clock.systemUTC(),
        Clock.systemDefaultZone(),
        InstantSource.system(),
        new Date(),
        Calendar.getInstance());
  }
}
