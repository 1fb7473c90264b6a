package io.salvor.cli.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.salvor.cli.architecture.planted.OldJackson;
import io.salvor.cli.architecture.planted.PlatformLogging;
import io.salvor.cli.architecture.planted.RawClocks;
import io.salvor.cli.architecture.planted.ReachesForTestkit;
import io.salvor.cli.architecture.planted.SettableTime;
import io.salvor.cli.architecture.planted.Sleeper;
import io.salvor.cli.architecture.planted.VagueHelper;
import io.salvor.engine.one.planted.First;
import io.salvor.engine.planted.EngineReachingUp;
import io.salvor.engine.two.planted.Second;
import io.salvor.provider.files.planted.ProviderReachingUp;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule holds for the product, and fails on a class that was planted to break it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  private final JavaClasses product =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.salvor");

  static Stream<Arguments> rules() {
    return Stream.of(
        Arguments.of(Rules.ENGINE_KNOWS_NOBODY, planted(EngineReachingUp.class)),
        Arguments.of(Rules.PROVIDERS_KNOW_THE_ENGINE_ONLY, planted(ProviderReachingUp.class)),
        Arguments.of(Rules.PRODUCT_KNOWS_NO_TESTKIT, planted(ReachesForTestkit.class)),
        Arguments.of(
            Rules.READER_KNOWS_THE_PAGE_ONLY,
            planted(io.salvor.testkit.reader.planted.ReaderOfTheEngine.class)),
        Arguments.of(Rules.ENGINE_WITHOUT_CYCLES, planted(First.class, Second.class)),
        Arguments.of(
            Rules.FOUNDATIONS_STAND_ALONE,
            planted(io.salvor.engine.codec.planted.CodecReachingUp.class)),
        Arguments.of(Rules.NO_RAW_CLOCK, planted(RawClocks.class)),
        Arguments.of(Rules.NO_SLEEP, planted(Sleeper.class)),
        Arguments.of(Rules.NO_OLD_JACKSON, planted(OldJackson.class)),
        Arguments.of(Rules.NO_PLATFORM_LOGGING, planted(PlatformLogging.class)),
        Arguments.of(Rules.NO_VAGUE_NAMES, planted(VagueHelper.class)));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theProductKeepsTheRule(ArchRule rule, JavaClasses unused) {
    rule.check(product);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aPlantedViolationIsFound(ArchRule rule, JavaClasses planted) {
    assertThat(rule.evaluate(planted).hasViolation()).isTrue();
  }

  @Test
  void everyWayToReadARawClockIsFound() {
    assertThat(
            Rules.NO_RAW_CLOCK.evaluate(planted(RawClocks.class)).getFailureReport().getDetails())
        .hasSize(RawClocks.WAYS);
  }

  @Test
  void timeFromAClockIsAllowed() {
    assertThat(Rules.NO_RAW_CLOCK.evaluate(planted(SettableTime.class)).hasViolation()).isFalse();
  }

  @Test
  void allModulesAreSeen() {
    assertThat(product.stream().map(type -> type.getPackageName()))
        .contains("io.salvor.engine.error", "io.salvor.provider.files", "io.salvor.cli")
        .noneMatch(name -> name.contains("planted"));
  }

  private static JavaClasses planted(Class<?>... types) {
    return new ClassFileImporter().importClasses(types);
  }
}
