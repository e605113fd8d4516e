package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.Page;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Creates that carry an Idempotency-Key. */
final class RepeatedRequestsRestTest {
  private static final String CONFIGURATIONS = "/api/v1/configurations";
  private static final String WEB = CONFIGURATIONS + "/web";
  private static final String ROLLOUT = WEB + "/rollout";
  private static final String ACTIONS = "/api/v1/agents/actions";
  private static final String LABEL =
      "{\"action\":\"label\",\"selector\":\"\",\"set\":{\"x\":\"1\"}}";

  private final RestFixture rest = new RestFixture();

  @BeforeEach
  void putAgents() {
    for (int i = 1; i <= 4; i++) {
      AgentViews.agent(i).connected().in(rest);
    }
  }

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void aConfigurationIsCreatedOnceAndAnsweredTheSameWhateverBecameOfIt() {
    RestFixture.Answer first = create("a: 1", "k");
    assertThat(first.status()).isEqualTo(201);
    assertSame(create("a: 1", "k"), first);

    rest.call("PUT", WEB, body("a: 2"), "If-Match", "*");
    assertSame(create("a: 1", "k"), first);
    assertThat(rest.get(WEB).header("ETag")).isEqualTo("\"2\"");

    rest.call("DELETE", WEB, null);
    assertSame(create("a: 1", "k"), first);
    assertThat(rest.get(WEB).status()).as("it is not created again").isEqualTo(404);
  }

  @Test
  void anotherBodyUnderTheSameKeyIsRefusedAndChangesNothing() {
    create("a: 1", "k");
    assertProblem(create("a: 2", "k"), 409, "key-in-use");
    assertThat(create("a: 1", "k").status()).isEqualTo(201);
    assertThat(rest.get(WEB).header("ETag")).isEqualTo("\"1\"");
  }

  @Test
  void anotherKeyIsAnotherRequest() {
    create("a: 1", "k");
    assertProblem(create("a: 1", "l"), 409, "already-exists");
    assertProblem(rest.call("POST", CONFIGURATIONS, body("a: 1")), 409, "already-exists");
  }

  /** What is refused is not done, so the same key may be used for what is right. */
  @Test
  void aRefusedRequestDoesNotUseUpItsKey() {
    RestFixture.Answer wrong =
        rest.call("POST", CONFIGURATIONS, "{\"name\":\"web\"}", "Idempotency-Key", "k");
    assertProblem(wrong, 400, "invalid-request");
    assertThat(create("a: 1", "k").status()).isEqualTo(201);
    assertThat(keys()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void aKeyHasOneTo255Characters(int length) {
    RestFixture.Answer answer = create("a: 1", "k".repeat(length));
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors()).containsExactly("Idempotency-Key: must have 1 to 255 characters");
    assertThat(rest.get(WEB).status()).isEqualTo(404);
  }

  /**
   * Storage fails at each write in turn, as if the server were killed there: whatever was written,
   * the same request ends with one configuration and the answer of a create.
   */
  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void aRequestWhoseOutcomeWasLostIsFinishedByItsRepetition(int writes) {
    rest.brittle.failAfter(writes);
    RestFixture.Answer broken = create("a: 1", "k");
    rest.brittle.heal();
    RestFixture.Answer again = create("a: 1", "k");
    assertThat(again.status()).as(broken.text()).isEqualTo(201);
    assertThat(again.header("ETag")).isEqualTo("\"1\"");
    assertThat(again.header("Location")).isEqualTo(WEB);
    assertSame(create("a: 1", "k"), again);
    assertThat(rest.get(WEB).header("ETag")).isEqualTo("\"1\"");
  }

  /** The write was made, and the writer told that it failed. */
  @Test
  void whatTheLostAttemptCreatedIsRecognised() {
    rest.brittle.beforeNextPut(rest.brittle::failAfterWrites);
    create("a: 1", "k");
    rest.brittle.heal();
    assertThat(create("a: 1", "k").status()).isEqualTo(201);
    assertThat(rest.get(WEB).header("ETag")).isEqualTo("\"1\"");
  }

  /** A claim does not make somebody else's configuration this request's. */
  @Test
  void whatSomebodyElseCreatedMeanwhileIsNotTakenForIts() {
    rest.brittle.failAfter(1);
    create("a: 1", "k");
    rest.brittle.heal();
    create("b: 1", "l");
    assertProblem(create("a: 1", "k"), 409, "already-exists");
  }

  @Test
  void aRolloutIsStartedOnceAndAnsweredTheSameWhateverBecameOfIt() {
    draftOfWeb();
    RestFixture.Answer first = start("{}", "k");
    assertThat(first.status()).as(first.text()).isEqualTo(201);
    assertSame(start("{}", "k"), first);
    rest.call("POST", ROLLOUT + "/cancel", "{}");
    assertSame(start("{}", "k"), first);
    assertThat(rest.get(ROLLOUT).json().path("phase").asText()).isEqualTo("Cancelled");
    assertProblem(start("{\"plan\":{\"type\":\"all\"}}", "k"), 409, "key-in-use");
    assertThat(start("{}", "l").status()).as("another rollout").isEqualTo(201);
  }

  @Test
  void aRolloutWhoseStartWasNotAnsweredIsRecognisedByItsPlan() {
    draftOfWeb();
    // The claim and the rollout are written, the answer is not.
    rest.brittle.failAfter(2);
    start("{}", "k");
    rest.brittle.heal();
    assertThat(rest.get(ROLLOUT).json().path("phase").asText()).isEqualTo("Running");
    assertThat(start("{}", "k").status()).isEqualTo(201);
    assertProblem(start("{\"plan\":{\"type\":\"all\"}}", "l"), 409, "not-now");
  }

  @Test
  void anActionIsDoneOnceAndAnsweredTheSame() {
    RestFixture.Answer first = act(LABEL, "k");
    assertThat(first.json().path("changed").asInt()).isEqualTo(4);
    AgentViews.agent(5).in(rest);
    assertSame(act(LABEL, "k"), first);
    assertThat(act(LABEL, "l").json().path("changed").asInt()).isEqualTo(1);
    assertProblem(act(LABEL.replace("label", "unpin"), "k"), 400, "invalid-request");
    assertProblem(act(LABEL.replace("\"1\"", "\"2\""), "k"), 409, "key-in-use");
  }

  @Test
  void anActionThatBrokeOffIsFinishedByItsRepetition() {
    rest.brittle.failAfter(3);
    assertProblem(act(LABEL, "k"), 503, "storage-unavailable");
    rest.brittle.heal();
    RestFixture.Answer rested = act(LABEL, "k");
    assertThat(rested.json().path("matched").asInt()).isEqualTo(4);
    assertThat(rested.json().path("changed").asInt()).isEqualTo(2);
    assertSame(act(LABEL, "k"), rested);
  }

  @Test
  void aDryRunTakesNoNoticeOfTheKey() {
    String dry = LABEL.replace("{\"action", "{\"dryRun\":true,\"action");
    act(dry, "k");
    assertThat(keys()).isEmpty();
    assertThat(act(LABEL, "k").json().path("changed").asInt()).isEqualTo(4);
  }

  @Test
  void theSameKeyServesForDifferentThings() {
    draftOfWeb();
    assertThat(act(LABEL, "k").status()).isEqualTo(200);
    assertThat(start("{}", "k").status()).isEqualTo(201);
    assertThat(
            rest.call(
                    "POST",
                    CONFIGURATIONS,
                    body("a: 1").replace("web", "other"),
                    "Idempotency-Key",
                    "k")
                .status())
        .isEqualTo(201);
  }

  /** Storage is all there is between two processes. */
  @Test
  void anotherProcessOnTheSameStorageKnowsTheKey() {
    RestFixture.Answer first = create("a: 1", "k");
    try (RestFixture other = new RestFixture()) {
      for (Document document : keys()) {
        other.documents().put(RepeatedRequests.KIND, document.id(), document.body(), 0);
      }
      assertSame(other.call("POST", CONFIGURATIONS, body("a: 1"), "Idempotency-Key", "k"), first);
    }
  }

  @Test
  void aKeyIsForgottenAfterADayAndNoSooner() {
    RepeatedRequests repeated = rest.injector.getInstance(RepeatedRequests.class);
    create("a: 1", "k");
    repeated.tick(RestFixture.NOW.plus(RepeatedRequests.KEPT).minusMillis(1));
    assertThat(keys()).hasSize(1);
    repeated.tick(RestFixture.NOW.plus(RepeatedRequests.KEPT));
    assertThat(keys()).isEmpty();
    assertProblem(create("a: 1", "k"), 409, "already-exists");
  }

  @Test
  void aKeyThatIsTooOldButStillThereIsUsedAnew() {
    create("a: 1", "k");
    Document kept = keys().iterator().next();
    KeptAnswer answer = KeptAnswer.decode(kept).orElseThrow();
    KeptAnswer old =
        new KeptAnswer(
            answer.request(), answer.begun().minus(Duration.ofDays(2)), answer.outcome());
    rest.documents().put(RepeatedRequests.KIND, kept.id(), old.encode(), kept.version());
    rest.call("DELETE", WEB, null);
    assertThat(create("a: 2", "k").status()).isEqualTo(201);
  }

  @Test
  void ofTooManyKeysTheOldestGo() {
    KeptAnswer template = new KeptAnswer("x", RestFixture.NOW, Optional.empty());
    for (int i = 0; i < RepeatedRequests.MOST + 2; i++) {
      KeptAnswer one =
          new KeptAnswer(
              template.request(), RestFixture.NOW.plusMillis(i % 7919), Optional.empty());
      rest.documents().put(RepeatedRequests.KIND, "k" + i, one.encode(), 0);
    }
    rest.injector.getInstance(RepeatedRequests.class).tick(RestFixture.NOW.plusSeconds(60));
    assertThat(rest.documents().find(RepeatedRequests.KIND, "k0")).isEmpty();
    assertThat(rest.documents().find(RepeatedRequests.KIND, "k7919")).isEmpty();
    assertThat(rest.documents().find(RepeatedRequests.KIND, "k1")).isPresent();
  }

  @Test
  void whatCannotBeReadIsNoKeyAndIsLetGo() {
    create("a: 1", "k");
    Document kept = keys().iterator().next();
    rest.documents()
        .put(RepeatedRequests.KIND, kept.id(), ByteString.copyFromUtf8("x"), kept.version());
    assertProblem(create("a: 1", "k"), 409, "already-exists");
    rest.documents().put(RepeatedRequests.KIND, "odd", ByteString.copyFromUtf8("{}"), 0);
    rest.injector.getInstance(RepeatedRequests.class).tick(RestFixture.NOW);
    assertThat(keys()).isEmpty();
  }

  private void draftOfWeb() {
    rest.call("POST", CONFIGURATIONS, body("a: 1"));
    rest.call("PUT", WEB + "?draft=true", body("a: 2"), "If-Match", "*");
  }

  private List<Document> keys() {
    Page<Document> page = rest.documents().list(RepeatedRequests.KIND, Optional.empty(), 100);
    return page.items();
  }

  private RestFixture.Answer create(String yaml, String key) {
    return rest.call("POST", CONFIGURATIONS, body(yaml), "Idempotency-Key", key);
  }

  private RestFixture.Answer start(String body, String key) {
    return rest.call("POST", ROLLOUT, body, "Idempotency-Key", key);
  }

  private RestFixture.Answer act(String body, String key) {
    return rest.call("POST", ACTIONS, body, "Idempotency-Key", key);
  }

  private static void assertSame(RestFixture.Answer again, RestFixture.Answer first) {
    assertThat(again.status()).isEqualTo(first.status());
    assertThat(again.text()).isEqualTo(first.text());
    for (String header : new String[] {"ETag", "Location", "Content-Type"}) {
      assertThat(again.header(header)).as(header).isEqualTo(first.header(header));
    }
  }

  private static String body(String yaml) {
    return "{\"name\":\"web\",\"selector\":\"\",\"files\":{\"c.yaml\":{\"body\":\"%s\"}}}"
        .formatted(yaml);
  }
}
