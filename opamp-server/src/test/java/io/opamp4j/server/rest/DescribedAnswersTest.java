package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.glassfish.jersey.server.ContainerResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the check which {@link RestFixture} makes of every answer can fail. */
final class DescribedAnswersTest {
  private static final String PATH = "/api/v1/agents/counts?by=state";

  private static RestFixture rest;
  private static ContainerResponse ok;

  private final DescribedAnswers answers = new DescribedAnswers();

  @BeforeAll
  static void open() {
    rest = new RestFixture();
    ok = rest.get(PATH).response();
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"total\":1,\"counts\":[]} |",
        "{\"counts\":[]} | : \"total\" is missing",
        "{\"total\":\"1\",\"counts\":[]} | /total: \"1\" is not an integer of that range",
        "{\"total\":1,\"counts\":{}} | /counts: {} is not an array",
        "{\"total\":1,\"counts\":[{\"value\":1,\"agents\":1}]} | /counts/0/value: 1 is not a"
            + " string",
        "{\"total\":1,\"counts\":[{\"value\":null,\"agents\":1}]}"
            + "| /counts/0/value: null is not a string",
        "{\"total\":1,\"counts\":[],\"more\":1} | /more is not described",
        "[] | : [] is not an object",
      })
  void findsWhatIsNotAsDescribed(String body, String problem) {
    assertThat(problems("GET", PATH, body))
        .isEqualTo(problem == null ? List.of() : List.of(problem));
  }

  @Test
  void findsWhatIsNotDescribedAtAll() {
    assertThat(problems("POST", PATH, "{}"))
        .containsExactly("there is no such operation in the document");
    assertThat(problems("GET", "/api/v1/events/stream", "{}"))
        .containsExactly("200 is not described with a body of the type 'application/json'");
  }

  private List<String> problems(String method, String path, String body) {
    return answers.problems(
        method, path, new RestFixture.Answer(ok, ByteString.copyFromUtf8(body)));
  }
}
