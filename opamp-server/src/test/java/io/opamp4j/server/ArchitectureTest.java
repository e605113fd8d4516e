package io.opamp4j.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** The arrows of ARCHITECTURE.md. A package that is not there yet keeps every rule. */
@AnalyzeClasses(packages = "io.opamp4j.server", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.opamp4j.server";
  private static final List<String> PACKAGES =
      List.of(
          "agents",
          "auth",
          "boot",
          "check",
          "cluster",
          "config",
          "fleet",
          "rest",
          "rollout",
          "transport",
          "ui");

  @ArchTest static final ArchRule fleetUsesNoOther = uses("fleet");
  @ArchTest static final ArchRule clusterUsesNoOther = uses("cluster");

  @ArchTest static final ArchRule agentsUseFleetAndCluster = uses("agents", "fleet", "cluster");

  @ArchTest static final ArchRule authUsesNoOther = uses("auth");

  @ArchTest
  static final ArchRule transportUsesAgentsAndFleet = uses("transport", "agents", "fleet", "auth");

  @ArchTest
  static final ArchRule restUsesAgentsFleetAndCluster =
      uses("rest", "agents", "fleet", "cluster", "rollout", "auth");

  @ArchTest
  static final ArchRule rolloutUsesAgentsFleetAndCluster =
      uses("rollout", "agents", "fleet", "cluster");

  @ArchTest static final ArchRule checkUsesNoOther = uses("check");
  @ArchTest static final ArchRule uiUsesNoOther = uses("ui");
  @ArchTest static final ArchRule configUsesNoOther = uses("config");

  @ArchTest
  static final ArchRule everyPackageIsKnownHere =
      classes()
          .should()
          .resideInAnyPackage(
              PACKAGES.stream().map(p -> ROOT + "." + p + "..").toArray(String[]::new))
          .orShould()
          .resideInAPackage(ROOT)
          .because("a new package needs its arrows written down");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule onlyTheFrontDoorReachesIntoBoot =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".boot..")
          .and(not(frontDoor()))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".boot..");

  @ArchTest
  static final ArchRule onlyTheFrontDoorOfTheRootUsesOtherPackages =
      noClasses()
          .that()
          .resideInAPackage(ROOT)
          .and(not(frontDoor()))
          .should()
          .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAPackage(ROOT))));

  @ArchTest
  static final ArchRule guiceStaysInModulesAndBoot =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".boot..", ROOT + ".config..")
          .and(not(frontDoor()))
          .and(not(moduleClass()))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.inject..");

  @ArchTest
  static final ArchRule configOnlyPassesABackendsModuleOn =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".config..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("com.google.inject..")
                  .and(not(belongToAnyOf(com.google.inject.Module.class))));

  @ArchTest
  static final ArchRule onlyBootReadsTheClock =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".boot..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(Clock.class, "systemUTC")
          .orShould()
          .callMethod(Clock.class, "systemDefaultZone");

  @ArchTest
  static final ArchRule onlyBootMakesThreadsAndNobodySleeps =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".boot..")
          .should()
          .callConstructor(Thread.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class)
          .orShould()
          .callConstructor(Thread.class, String.class)
          .orShould()
          .callConstructor(Thread.class, Runnable.class, String.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class);

  /** These packages, the root and what is not ours; {@code boot} may use everything. */
  private static ArchRule uses(String name, String... others) {
    String[] allowed = new String[others.length + 2];
    allowed[0] = ROOT;
    allowed[1] = ROOT + "." + name + "..";
    for (int i = 0; i < others.length; i++) {
      allowed[i + 2] = ROOT + "." + others[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage(ROOT + "." + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> frontDoor() {
    return belongToAnyOf(OpampServer.class);
  }

  private static DescribedPredicate<JavaClass> moduleClass() {
    return DescribedPredicate.describe(
        "Guice modules",
        type -> {
          JavaClass outermost = type;
          while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
          }
          return outermost.getSimpleName().endsWith("Module");
        });
  }
}
