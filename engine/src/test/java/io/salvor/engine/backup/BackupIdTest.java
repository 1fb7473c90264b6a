package io.salvor.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackupIdTest {
  @Test
  void tellsItsStartInUtcAndSortsByIt() {
    SecureRandom random = new SecureRandom();
    BackupId earlier = BackupId.of(Instant.parse("2026-01-30T15:00:00Z"), random);
    BackupId later = BackupId.of(Instant.parse("2026-01-30T15:00:01Z"), random);
    assertThat(earlier.text()).matches("20260130-150000-[2-9a-z]{5}");
    assertThat(earlier).isLessThan(later);
  }

  @Test
  void takesNothingElse() {
    for (String text : new String[] {"", "latest", "20260130-150000-k7f3", "../../etc/passwd"}) {
      assertThatThrownBy(() -> new BackupId(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
