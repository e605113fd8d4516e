package io.opamp4j.core;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** What the core may use. The generated messages are not ours and are left out. */
@AnalyzeClasses(packages = "io.opamp4j.core", importOptions = DoNotIncludeTests.class)
class CoreArchitectureTest {
  /** Members that read the clock, wait or roll dice on their own. */
  private static final Set<String> IMPURE =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.System.getLogger",
          "java.lang.Math.random",
          UUID.class.getName() + ".randomUUID",
          "java.util.random.RandomGenerator.getDefault");

  @ArchTest
  static final ArchRule usesTheJdkAndProtobufOnly =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "java..",
                  "com.google.protobuf..",
                  "io.opamp4j.core..",
                  "io.opamp4j.proto..",
                  "org.jspecify.."));

  @ArchTest
  static final ArchRule hasNoThreadsSocketsOrLogs =
      noClasses()
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                      "java.net..", "java.nio.channels..", "java.nio.file..", "java.util.logging..")
                  .or(
                      resideInAPackage("java.util.concurrent..")
                          .and(not(type(ConcurrentHashMap.class)))
                          .and(
                              describe(
                                  "not part of ConcurrentHashMap",
                                  c ->
                                      !c.getName()
                                          .startsWith(ConcurrentHashMap.class.getName() + "$"))))
                  .or(type(Thread.class))
                  .or(type(java.util.Timer.class))
                  .or(type(System.Logger.class)));

  @ArchTest
  static final ArchRule isGivenTimeAndChance =
      noClasses()
          .should()
          .accessTargetWhere(
              describe("it is a clock or a source of chance", CoreArchitectureTest::isImpure));

  @ArchTest
  static final ArchRule packagesUseEachOtherOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("root")
          .definedBy("io.opamp4j.core")
          .layer("wire")
          .definedBy("io.opamp4j.core.wire..")
          .layer("report")
          .definedBy("io.opamp4j.core.report..")
          .layer("timing")
          .definedBy("io.opamp4j.core.timing..")
          .layer("server")
          .definedBy("io.opamp4j.core.server..")
          .layer("client")
          .definedBy("io.opamp4j.core.client..")
          .layer("rollout")
          .definedBy("io.opamp4j.core.rollout..")
          .whereLayer("root")
          .mayNotAccessAnyLayer()
          .whereLayer("wire")
          .mayOnlyAccessLayers("root")
          .whereLayer("report")
          .mayOnlyAccessLayers("root")
          .whereLayer("timing")
          .mayOnlyAccessLayers("root")
          .whereLayer("server")
          .mayOnlyAccessLayers("root", "wire", "report", "timing")
          .whereLayer("client")
          .mayOnlyAccessLayers("root", "wire", "report", "timing")
          .whereLayer("rollout")
          .mayOnlyAccessLayers("root", "timing");

  @ArchTest
  static final ArchRule everyPackageIsOneOfThose =
      classes()
          .should()
          .resideInAnyPackage(
              List.of(
                      "",
                      ".wire..",
                      ".report..",
                      ".timing..",
                      ".server..",
                      ".client..",
                      ".rollout..")
                  .stream()
                  .map("io.opamp4j.core"::concat)
                  .toArray(String[]::new));

  @ArchTest
  static final ArchRule hasNoCycles =
      slices().matching("io.opamp4j.core.(*)..").should().beFreeOfCycles();

  private static boolean isImpure(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    return IMPURE.contains(owner + "." + name)
        || (owner.startsWith("java.time.") && name.equals("now"))
        || owner.equals(Clock.class.getName())
        || (owner.equals(InstantSource.class.getName()) && name.equals("system"))
        || owner.equals(ThreadLocalRandom.class.getName())
        || (access.getTargetOwner().isAssignableTo(Random.class) && name.equals("<init>"));
  }
}
