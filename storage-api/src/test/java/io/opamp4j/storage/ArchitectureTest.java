package io.opamp4j.storage;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.opamp4j.storage.memory.MemoryStoragePlugin;

@AnalyzeClasses(packages = "io.opamp4j.storage", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule dependsOnLittle =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "com.google.protobuf",
              "com.google.inject..",
              "org.jspecify.annotations",
              "io.opamp4j.core",
              "io.opamp4j.proto",
              "io.opamp4j.storage..");

  @ArchTest
  static final ArchRule theInterfacesDoNotKnowTheMemoryBackend =
      noClasses()
          .that()
          .resideInAPackage("io.opamp4j.storage")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opamp4j.storage.memory");

  @ArchTest
  static final ArchRule onlyThePluginIsPublic =
      classes()
          .that()
          .resideInAPackage("io.opamp4j.storage.memory")
          .and()
          .areNotAssignableTo(MemoryStoragePlugin.class)
          .should()
          .notBePublic();

  @ArchTest
  static final ArchRule onlyPluginsAndModulesKnowGuice =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Module")
          .and()
          .haveSimpleNameNotEndingWith("Plugin")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.inject..");

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.opamp4j.(storage..)").should().beFreeOfCycles();
}
