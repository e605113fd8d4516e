package io.opamp4j.client;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may use whom inside the client. */
@AnalyzeClasses(packages = "io.opamp4j.client", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("api")
          .definedBy("io.opamp4j.client")
          .layer("loop")
          .definedBy("io.opamp4j.client.loop")
          .layer("transport")
          .definedBy("io.opamp4j.client.transport")
          .layer("packages")
          .definedBy("io.opamp4j.client.packages")
          .layer("disk")
          .definedBy("io.opamp4j.client.disk")
          .whereLayer("api")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("loop")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("transport")
          .mayOnlyBeAccessedByLayers("api", "loop", "packages")
          .whereLayer("packages")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("disk")
          .mayOnlyBeAccessedByLayers("api", "packages");

  @ArchTest
  static final ArchRule FEW_DEPENDENCIES =
      classes()
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(
                  "java..",
                  "javax.net..",
                  "javax.security..",
                  "io.opamp4j.core..",
                  "io.opamp4j.proto..",
                  "io.opamp4j.client..",
                  "com.google.protobuf..",
                  "jakarta.websocket..",
                  "org.glassfish.tyrus..",
                  "org.jspecify.annotations.."));

  @ArchTest
  static final ArchRule WEB_SOCKET_AND_HTTP_ONLY_IN_THE_TRANSPORT =
      noClasses()
          .that(not(resideInAPackage("io.opamp4j.client.transport")))
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(
                  "jakarta.websocket..", "org.glassfish.tyrus..", "java.net.http.."));

  @ArchTest
  static final ArchRule ONLY_THE_LOOP_RUNS_THE_MACHINE =
      noClasses()
          .that()
          .resideInAPackage("io.opamp4j.client.transport")
          .should()
          .dependOnClassesThat()
          .haveSimpleName("ClientMachine");

  @ArchTest
  static final ArchRule NO_STATIC_STATE =
      noFields().that().areStatic().should().notHaveModifier(JavaModifier.FINAL);
}
