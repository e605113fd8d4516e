package io.opamp4j.ctl;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.time.InstantSource;

/** Which packages of the command line may use which. */
@AnalyzeClasses(packages = "io.opamp4j.ctl", importOptions = DoNotIncludeTests.class)
class CtlArchitectureTest {
  @ArchTest
  static final ArchRule packagesUseEachOtherOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("root")
          .definedBy("io.opamp4j.ctl")
          .layer("rest")
          .definedBy("io.opamp4j.ctl.rest")
          .layer("output")
          .definedBy("io.opamp4j.ctl.output")
          .layer("configs")
          .definedBy("io.opamp4j.ctl.configs")
          .layer("context")
          .definedBy("io.opamp4j.ctl.context")
          .layer("command")
          .definedBy("io.opamp4j.ctl.command")
          .whereLayer("root")
          .mayNotAccessAnyLayer()
          .whereLayer("rest")
          .mayOnlyAccessLayers("root")
          .whereLayer("output")
          .mayOnlyAccessLayers("root")
          .whereLayer("configs")
          .mayOnlyAccessLayers("root")
          .whereLayer("context")
          .mayOnlyAccessLayers("root")
          .ensureAllClassesAreContainedInArchitecture();

  @ArchTest
  static final ArchRule onlyCommandsKnowTheCommandLineLibrary =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.opamp4j.ctl.command")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule onlyMainTouchesTheProcess =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.opamp4j.ctl.command.Main")
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "exit", int.class)
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err")
          .orShould()
          .accessField(System.class, "in");

  @ArchTest
  static final ArchRule knowsNothingOfTheServer =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.net.ssl..",
              "com.fasterxml.jackson..",
              "picocli..",
              "org.jspecify..",
              "io.opamp4j.ctl..");
}
