package io.opamp4j.storage.redis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.opamp4j.storage.redis", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule onlyThePluginIsPublic =
      classes()
          .that()
          .areTopLevelClasses()
          .and()
          .doNotBelongToAnyOf(RedisStoragePlugin.class)
          .should()
          .notBePublic();

  @ArchTest
  static final ArchRule dependsOnLittle =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.net.ssl",
              "com.google.protobuf",
              "com.google.inject..",
              "org.apache.commons.pool2..",
              "redis.clients.jedis..",
              "org.jspecify.annotations",
              "org.slf4j",
              "io.opamp4j.core",
              "io.opamp4j.proto",
              "io.opamp4j.storage",
              "io.opamp4j.storage.redis");

  @ArchTest
  static final ArchRule knowsNothingOfTheServer =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.opamp4j.server..");

  @ArchTest
  static final ArchRule onlyThePluginAndItsModuleKnowGuice =
      noClasses()
          .that()
          .doNotBelongToAnyOf(RedisStoragePlugin.class, RedisModule.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.google.inject..");
}
