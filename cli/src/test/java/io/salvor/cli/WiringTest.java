package io.salvor.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the process is told by its environment. */
class WiringTest {
  @Test
  void homeIsWhatTheEnvironmentSays() {
    assertThat(Wiring.home(Map.of("HOME", "/srv/robot"))).isEqualTo(Path.of("/srv/robot"));
    assertThat(Wiring.home(Map.of("HOME", "relative"))).isAbsolute();
    assertThat(Wiring.home(Map.of())).isAbsolute();
  }
}
