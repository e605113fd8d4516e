package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentIdentification;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OutboxTest {
  private static final int LIMIT = 10_000;
  private static final int MANY = Outbox.MAX_MESSAGES + 1;
  private static final String FIELDS = "cpsfhimxe";

  private final Outbox outbox = new Outbox(LIMIT);

  /**
   * Letters are fields: (c)onfig, (p)ackages, connection (s)ettings, (f)lags, t(h)e server's
   * capabilities, agent_(i)dentification, co(m)mand, custom message (x), (e)rror. Before the colon
   * is whose message it is.
   */
  @ParameterizedTest(name = "{0} {1} before {2} -> {3}")
  @CsvSource({
    "push,   A:c,       A:c,   gone",
    "push,   A:p,       A:p,   gone",
    "push,   A:s,       A:s,   gone",
    "push,   A:cps,     A:cps, gone",
    "push,   A:c,       A:cps, gone",
    "answer, A:c,       A:c,   A:",
    "answer, A:cps,     A:cps, A:",
    "answer, A:,        A:c,   A:",
    "push,   A:,        A:c,   A:",
    "push,   A:cps,     A:c,   A:ps",
    "push,   A:cps,     A:ps,  A:c",
    "push,   A:c,       A:p,   A:c",
    "push,   A:c,       A:,    A:c",
    "push,   A:c,       A:fhi, A:c",
    "push,   A:c,       B:c,   A:c",
    "push,   A:cps,     B:cps, A:cps",
    "push,   A:cf,      A:c,   A:f",
    "push,   A:ch,      A:c,   A:h",
    "push,   A:ci,      A:c,   A:i",
    "push,   A:cx,      A:c,   A:x",
    "answer, A:cpsfhix, A:cps, A:fhix",
    "push,   A:mh,      A:cps, A:mh",
    "answer, A:e,       A:cps, A:e",
    "push,   A:c,       A:e,   A:c",
    "push,   :c,        A:c,   :c",
    "push,   :c,        :c,    gone",
  })
  void theNewestOfferTakesThePlaceOfOlderOnes(
      String kind, String older, String newer, String left) {
    boolean push = kind.equals("push");
    Outbox.Waiting waiting = new Outbox.Waiting(message(older, 1), push);

    assertThat(waiting.ahead(message(newer, 2)).map(Outbox.Waiting::message))
        .isEqualTo(left.equals("gone") ? Optional.empty() : Optional.of(message(left, 1)));
    assertThat(waiting.ahead(message(newer, 2)).map(Outbox.Waiting::push).orElse(push))
        .isEqualTo(push);
  }

  @Test
  void aHundredChangesLeaveTheLastOneAndEveryAnswer() {
    outbox.add(message("A:hc", 0), false);
    for (int change = 1; change <= 100; change++) {
      outbox.add(message("A:c", change), true);
    }
    outbox.add(message("B:c", 7), true);
    outbox.add(message("A:", 0), false);

    assertThat(outbox.size()).isEqualTo(4);
    assertThat(drained())
        .containsExactly(
            message("A:h", 0), message("A:c", 100), message("B:c", 7), message("A:", 0));
  }

  @Test
  void holdsABoundedNumberOfBytes() {
    ServerToAgent first = sized(10);
    ServerToAgent rest = sized(LIMIT - 10);
    assertThat(outbox.add(first, false)).isTrue();
    assertThat(outbox.add(sized(LIMIT - 9), true)).isFalse();
    assertThat(outbox.add(rest, true)).isTrue();
    assertThat(outbox.add(message("A:", 0), true)).isFalse();

    outbox.clear();
    assertThat(outbox.add(sized(100 * LIMIT), true))
        .as("one that will not be sent needs no room")
        .isTrue();
    assertThat(outbox.add(first, false)).isTrue();
    assertThat(outbox.add(rest, false)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"'', true", "'', false", "x, true", "c, false", "i, true"})
  void holdsABoundedNumberOfMessages(String fields, boolean push) {
    Outbox outbox = new Outbox(1_000_000);
    for (int i = 0; i < Outbox.MAX_MESSAGES; i++) {
      assertThat(outbox.add(message("A:" + fields, 1), push)).isTrue();
    }

    assertThat(outbox.add(message("A:" + fields, 1), push)).isFalse();
    assertThat(outbox.size()).isEqualTo(Outbox.MAX_MESSAGES);
  }

  /** A gateway with many agents, all of which are offered something large. */
  @Test
  void offersOfTheFleetToManyAgentsDoNotFillIt() {
    Outbox outbox = new Outbox(1_000_000);
    ServerToAgent large = offer("", 1_000_000);
    for (int agent = 0; agent < MANY; agent++) {
      ByteString uid = ByteString.copyFromUtf8("agent " + agent);
      assertThat(outbox.add(large.toBuilder().setInstanceUid(uid).build(), true)).isTrue();
      assertThat(outbox.add(large.toBuilder().setInstanceUid(uid).build(), true)).isTrue();
    }
    assertThat(outbox.size()).isEqualTo(MANY);
    assertThat(outbox.add(message("A:x", 1), true)).isTrue();
  }

  static List<Long> seeds() {
    return new Random(20_261_122).longs(200).boxed().toList();
  }

  /** Against the plainest model: whoever reads all gets every answer, and every last offer. */
  @ParameterizedTest
  @MethodSource("seeds")
  void losesNothingButOffersThatWereMadeAgain(long seed) {
    Random random = new Random(seed);
    List<ServerToAgent> added = new ArrayList<>();
    List<ServerToAgent> got = new ArrayList<>();
    int answers = 0;
    int answersGot = 0;
    for (int i = 0; i < 60; i++) {
      if (random.nextInt(4) == 0) {
        Outbox.Waiting next = outbox.poll();
        if (next != null) {
          got.add(next.message());
          answersGot += next.push() ? 0 : 1;
        }
        continue;
      }
      StringBuilder fields = new StringBuilder(random.nextBoolean() ? "A:" : "B:");
      for (int f = random.nextInt(5); f > 0; f--) {
        fields.append(FIELDS.charAt(random.nextInt(FIELDS.length())));
      }
      boolean push = random.nextBoolean();
      answers += push ? 0 : 1;
      ServerToAgent message = message(fields.toString(), i);
      added.add(message);
      assertThat(outbox.add(message, push)).isTrue();
    }
    for (Outbox.Waiting next = outbox.poll(); next != null; next = outbox.poll()) {
      got.add(next.message());
      answersGot += next.push() ? 0 : 1;
    }

    assertThat(answersGot).isEqualTo(answers);
    for (String agent : List.of("A", "B")) {
      for (char field : FIELDS.toCharArray()) {
        List<ServerToAgent> before = with(added, agent, field);
        List<ServerToAgent> after = with(got, agent, field);
        if ("cps".indexOf(field) < 0) {
          assertThat(after).as("seed %d, %s of %s", seed, field, agent).hasSameSizeAs(before);
        } else if (!before.isEmpty()) {
          assertThat(last(after, field)).isEqualTo(last(before, field));
        }
      }
    }
  }

  private static List<ServerToAgent> with(List<ServerToAgent> all, String agent, char field) {
    ServerToAgent only = message(agent + ":" + field, 0);
    return all.stream()
        .filter(message -> message.getInstanceUid().equals(only.getInstanceUid()))
        .filter(
            message -> message.getAllFields().keySet().containsAll(only.getAllFields().keySet()))
        .toList();
  }

  private static Object last(List<ServerToAgent> messages, char field) {
    ServerToAgent last = messages.get(messages.size() - 1);
    return switch (field) {
      case 'c' -> last.getRemoteConfig();
      case 'p' -> last.getPackagesAvailable();
      default -> last.getConnectionSettings();
    };
  }

  private List<ServerToAgent> drained() {
    List<ServerToAgent> messages = new ArrayList<>();
    for (Outbox.Waiting next = outbox.poll(); next != null; next = outbox.poll()) {
      messages.add(next.message());
    }
    return messages;
  }

  private static ServerToAgent sized(int size) {
    ServerToAgent.Builder message = ServerToAgent.newBuilder();
    int content = size;
    do {
      message.setInstanceUid(ByteString.copyFrom(new byte[content--]));
    } while (message.build().getSerializedSize() > size);
    return message.build();
  }

  private static ServerToAgent offer(String agent, int size) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(ByteString.copyFromUtf8(agent))
        .setRemoteConfig(
            AgentRemoteConfig.newBuilder().setConfigHash(ByteString.copyFrom(new byte[size])))
        .build();
  }

  private static ServerToAgent message(String described, int number) {
    String[] parts = described.split(":", -1);
    ByteString hash = ByteString.copyFrom(new byte[] {(byte) number});
    ServerToAgent.Builder message =
        ServerToAgent.newBuilder().setInstanceUid(ByteString.copyFromUtf8(parts[0]));
    for (char field : parts[1].toCharArray()) {
      switch (field) {
        case 'c' -> message.setRemoteConfig(AgentRemoteConfig.newBuilder().setConfigHash(hash));
        case 'p' ->
            message.setPackagesAvailable(PackagesAvailable.newBuilder().setAllPackagesHash(hash));
        case 's' ->
            message.setConnectionSettings(ConnectionSettingsOffers.newBuilder().setHash(hash));
        case 'f' -> message.setFlags(1);
        case 'h' -> message.setCapabilities(1);
        case 'i' -> message.setAgentIdentification(AgentIdentification.getDefaultInstance());
        case 'm' -> message.setCommand(ServerToAgentCommand.getDefaultInstance());
        case 'x' -> message.setCustomMessage(CustomMessage.getDefaultInstance());
        case 'e' ->
            message.setErrorResponse(
                ErrorResponses.unavailable(ByteString.EMPTY, "busy", Duration.ZERO)
                    .getErrorResponse());
        default -> {
          // Only the uid.
        }
      }
    }
    return message.build();
  }
}
