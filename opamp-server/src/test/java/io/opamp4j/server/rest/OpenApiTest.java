package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.server.ConnectionState;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The document served is the one generated at build; these tests keep it complete. */
final class OpenApiTest {
  private static final List<Class<?>> BODIES =
      List.of(
          AgentPage.class,
          AgentDetail.class,
          OrderInput.class,
          OrderDetail.class,
          OrderPage.class,
          ComponentCatalogue.class,
          EventPage.class,
          AgentTally.class,
          AgentWhy.class,
          AgentActionInput.class,
          AgentActionResult.class,
          LabelsInput.class,
          LabelsDetail.class,
          ConfigurationInput.class,
          ConfigurationDetail.class,
          ConfigurationPage.class,
          NodeList.class,
          ShedInput.class,
          ShedAnswer.class,
          ServerStatus.class,
          ServerHealth.class,
          Problem.class);

  private static RestFixture.Answer answer;
  private static JsonNode document;

  @BeforeAll
  static void read() {
    try (RestFixture rest = new RestFixture()) {
      answer = rest.get("/api/v1/openapi.json");
      document = answer.json();
    }
  }

  @Test
  void isServedAsOpenApi31() {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(document.path("openapi").asText()).startsWith("3.1");
  }

  @Test
  void hasEveryResourceMethodAndNoOther() {
    List<String> expected = new ArrayList<>();
    List<Class<?>> described = new ArrayList<>(RestModule.RESOURCES);
    // The listener serves this one itself; EventStreamIT asks it to.
    described.add(EventStreamDescription.class);
    for (Class<?> resource : described) {
      String root = resource.getAnnotation(Path.class).value();
      for (Method method : resource.getDeclaredMethods()) {
        for (Annotation annotation : method.getAnnotations()) {
          HttpMethod verb = annotation.annotationType().getAnnotation(HttpMethod.class);
          if (verb != null) {
            Path path = method.getAnnotation(Path.class);
            expected.add(verb.value() + " " + root + (path == null ? "" : "/" + path.value()));
          }
        }
      }
    }
    List<String> documented = new ArrayList<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        verb ->
                            documented.add(verb.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(expected).hasSizeGreaterThan(8);
    assertThat(documented).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void everyOperationDocumentsItsProblemsAndSuccess() {
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        operation -> {
                          String name = operation.getKey() + " " + path.getKey();
                          JsonNode responses = operation.getValue().path("responses");
                          assertThat(operation.getValue().path("operationId").asText())
                              .as(name)
                              .isNotBlank();
                          assertThat(responses.has("default")).as(name).isTrue();
                          responses
                              .properties()
                              .forEach(
                                  response -> {
                                    String status = response.getKey();
                                    if (status.startsWith("4") || status.equals("default")) {
                                      assertThat(
                                              response
                                                  .getValue()
                                                  .path("content")
                                                  .path(Problem.MEDIA_TYPE)
                                                  .path("schema")
                                                  .path("$ref")
                                                  .asText())
                                          .as("%s %s", name, status)
                                          .isEqualTo("#/components/schemas/Problem");
                                    }
                                  });
                          assertThat(responses.properties())
                              .as(name)
                              .anyMatch(r -> r.getKey().startsWith("2"));
                        }));
  }

  @Test
  void hasEveryFieldOfEveryBody() throws IOException {
    Set<Class<?>> records = new LinkedHashSet<>();
    BODIES.forEach(body -> collect(body, records));
    assertThat(records).hasSizeGreaterThan(15);
    for (Class<?> type : records) {
      JsonNode schema = document.path("components").path("schemas").path(schemaName(type));
      List<String> documented = new ArrayList<>();
      schema.path("properties").fieldNames().forEachRemaining(documented::add);
      List<String> expected = new ArrayList<>();
      for (RecordComponent component : type.getRecordComponents()) {
        expected.add(component.getName());
        if (component.getType().isPrimitive()) {
          assertThat(schema.path("required").toString())
              .as("%s.%s can never be absent", type.getSimpleName(), component.getName())
              .contains('"' + component.getName() + '"');
        }
      }
      assertThat(documented).as(type.getSimpleName()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  void listsTheStatesThereAre() {
    for (JsonNode states :
        List.of(
            document.at("/components/schemas/AgentSummary/properties/state/enum"),
            document.at("/components/schemas/AgentDetail/properties/state/enum"),
            document.at("/components/schemas/AgentWhy/properties/state/enum"),
            parameter("/api/v1/agents/counts", "state").at("/schema/items/enum"),
            parameter("/api/v1/agents", "state").at("/schema/items/enum"))) {
      assertThat(states.valueStream().map(JsonNode::asText).toList())
          .isEqualTo(StateNames.all())
          .hasSize(ConnectionState.values().length);
    }
  }

  /** They are declared once, in a bean, which the generator has to look into. */
  @Test
  void agentsArePickedByTheSameParametersWhereverTheyArePicked() {
    for (String name :
        List.of("state", "selector", "q", "configuration", "version", "health", "node")) {
      JsonNode listed = parameter("/api/v1/agents", name);
      assertThat(listed.path("in").asText()).as(name).isEqualTo("query");
      assertThat(listed.path("description").asText()).as(name).startsWith("Only agents");
      assertThat(parameter("/api/v1/agents/counts", name)).isEqualTo(listed);
    }
  }

  private static JsonNode parameter(String path, String name) {
    return document
        .path("paths")
        .path(path)
        .at("/get/parameters")
        .valueStream()
        .filter(parameter -> parameter.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static void collect(Type type, Set<Class<?>> records) {
    if (type instanceof ParameterizedType parameterized) {
      for (Type argument : parameterized.getActualTypeArguments()) {
        collect(argument, records);
      }
    } else if (type instanceof Class<?> c && c.isRecord() && records.add(c)) {
      for (RecordComponent component : c.getRecordComponents()) {
        collect(component.getGenericType(), records);
      }
    }
  }

  private static String schemaName(Class<?> type) {
    Schema schema = type.getAnnotation(Schema.class);
    return schema == null || schema.name().isEmpty() ? type.getSimpleName() : schema.name();
  }
}
