package io.salvor.cli.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the build holds of ARCHITECTURE.md: the arrows between modules, and what no class may use.
 */
final class Rules {
  /** Where the clock is taken from the system; everyone else is given one. */
  private static final Set<String> CLOCK_SOURCES =
      Set.of("io.salvor.cli.Main", "io.salvor.cli.Wiring");

  /** Classes whose work it is to wait. */
  private static final Set<String> SLEEPERS = Set.of("io.salvor.engine.repository.Sleeper");

  private static final Pattern VAGUE_NAME = Pattern.compile(".*(Manager|Helper|Utils?|Impl)");

  static final ArchRule ENGINE_KNOWS_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("io.salvor.engine..")
          .should()
          .dependOnClassesThat(
              ours("outside the engine", name -> !name.startsWith("io.salvor.engine")))
          .because("the engine stands below everything");

  static final ArchRule PROVIDERS_KNOW_THE_ENGINE_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.salvor.provider..")
          .should()
          .dependOnClassesThat(
              ours(
                  "neither engine nor provider",
                  name ->
                      !name.startsWith("io.salvor.engine")
                          && !name.startsWith("io.salvor.provider")))
          .because("a provider is used by the command line, and does not know it");

  static final ArchRule PRODUCT_KNOWS_NO_TESTKIT =
      noClasses()
          .that()
          .resideInAPackage("io.salvor..")
          .and()
          .resideOutsideOfPackage("io.salvor.testkit..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.salvor.testkit..")
          .because("the testkit is for tests");

  static final ArchRule READER_KNOWS_THE_PAGE_ONLY =
      classes()
          .that()
          .resideInAPackage("io.salvor.testkit.reader..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.salvor.testkit.reader..",
              "java..",
              "javax.crypto..",
              "org.jspecify.annotations..",
              "org.bouncycastle.crypto..",
              "org.bouncycastle.math.ec.rfc8032..",
              "com.github.luben.zstd..")
          .because("what it shares with the engine would not be what the page says");

  static final ArchRule ENGINE_WITHOUT_CYCLES =
      slices().matching("io.salvor.engine.(*)..").should().beFreeOfCycles();

  static final ArchRule FOUNDATIONS_STAND_ALONE =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.salvor.engine.codec..",
              "io.salvor.engine.error..",
              "io.salvor.engine.posix..",
              "io.salvor.engine.progress..")
          .should()
          .dependOnClassesThat(
              ours(
                  "above the engine's foundations",
                  name ->
                      !name.matches("io\\.salvor\\.engine\\.(codec|error|posix|progress)\\..*")))
          .because("codec, error, posix and progress are what the rest of the engine is built on");

  static final ArchRule NO_RAW_CLOCK =
      classes()
          .that(
              DescribedPredicate.describe(
                  "are not where the clock comes from",
                  (JavaClass type) -> !CLOCK_SOURCES.contains(outermost(type))))
          .should(notUse("a raw clock", Rules::readsRawClock))
          .because("time comes from an injected clock, so that a test can set it");

  static final ArchRule NO_SLEEP =
      classes()
          .that(
              DescribedPredicate.describe(
                  "do not wait by profession",
                  (JavaClass type) -> !SLEEPERS.contains(outermost(type))))
          .should(
              notUse(
                  "Thread.sleep",
                  access ->
                      access.getTargetOwner().isEquivalentTo(Thread.class)
                          && access.getTarget().getName().equals("sleep")))
          .because("who sleeps to be right is wrong on a slower machine");

  static final ArchRule NO_OLD_JACKSON =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson.databind..")
          .because("JSON is written by Jackson 3, tools.jackson");

  static final ArchRule NO_PLATFORM_LOGGING =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAPackage("java.util.logging..")
          .because("it writes to standard error behind the user's back");

  static final ArchRule NO_VAGUE_NAMES =
      classes()
          .should(
              new ArchCondition<JavaClass>("have a name that says what they are") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  if (VAGUE_NAME.matcher(type.getSimpleName()).matches()) {
                    events.add(SimpleConditionEvent.violated(type, type.getName() + " is vague"));
                  }
                }
              });

  private Rules() {}

  private static boolean readsRawClock(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    return switch (owner) {
      case "java.lang.System" -> name.equals("currentTimeMillis") || name.equals("nanoTime");
      case "java.time.Clock" -> name.startsWith("system") || name.startsWith("tick");
      case "java.time.InstantSource" -> name.equals("system");
      case "java.util.Date", "java.util.GregorianCalendar" ->
          access instanceof JavaConstructorCall call
              && call.getTarget().getRawParameterTypes().isEmpty();
      case "java.util.Calendar" -> name.equals("getInstance");
      default -> owner.startsWith("java.time.") && name.equals("now") && !takesClock(access);
    };
  }

  private static boolean takesClock(JavaAccess<?> access) {
    return access.getDescription().contains("(java.time.Clock)");
  }

  private static ArchCondition<JavaClass> notUse(String what, Predicate<JavaAccess<?>> forbidden) {
    return new ArchCondition<>("not use " + what) {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        Stream.of(
                type.getMethodCallsFromSelf(),
                type.getMethodReferencesFromSelf(),
                type.getConstructorCallsFromSelf(),
                type.getConstructorReferencesFromSelf())
            .flatMap(Set::stream)
            .filter(forbidden)
            .forEach(
                access ->
                    events.add(SimpleConditionEvent.violated(access, access.getDescription())));
      }
    };
  }

  private static DescribedPredicate<JavaClass> ours(String where, Predicate<String> name) {
    return DescribedPredicate.describe(
        "are ours and " + where,
        type -> type.getName().startsWith("io.salvor.") && name.test(type.getName()));
  }

  private static String outermost(JavaClass type) {
    String name = type.getName();
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }
}
