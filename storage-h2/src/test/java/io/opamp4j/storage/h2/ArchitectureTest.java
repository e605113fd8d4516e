package io.opamp4j.storage.h2;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.opamp4j.storage.h2", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule onlyThePluginIsPublic =
      classes()
          .that()
          .areTopLevelClasses()
          .and()
          .doNotBelongToAnyOf(H2StoragePlugin.class)
          .should()
          .notBePublic();

  @ArchTest
  static final ArchRule dependsOnLittle =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.sql..",
              "com.google.protobuf",
              "com.google.inject..",
              "com.zaxxer.hikari..",
              "org.h2.api",
              "org.h2.jdbcx",
              "org.h2.mvstore",
              "org.h2.store.fs",
              "org.jspecify.annotations",
              "org.slf4j",
              "io.opamp4j.core",
              "io.opamp4j.proto",
              "io.opamp4j.storage",
              "io.opamp4j.storage.h2");

  @ArchTest
  static final ArchRule knowsNothingOfTheServer =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.opamp4j.server..");

  @ArchTest
  static final ArchRule onlyThePluginAndItsModuleKnowGuice =
      noClasses()
          .that()
          .doNotBelongToAnyOf(H2StoragePlugin.class, H2Module.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.inject..");
}
