package io.opamp4j.server.agents;

import static io.opamp4j.server.agents.Hub.OTHER;
import static io.opamp4j.server.agents.Hub.UID;
import static io.opamp4j.server.agents.Hub.bare;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.AgentNote;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What happens when more comes than is worked on; nothing is worked on unless told. */
class IntakeTest {
  private static final int LIMIT = 100_000;
  private static final Duration MIN = Duration.ofSeconds(30);

  private final Hub hub =
      new Hub(
          new BrittleAgentStore(),
          ServerConfig.Agents.DEFAULT.with(new ServerConfig.Limits(LIMIT, LIMIT, LIMIT)));
  private final FakeConnection socket = FakeConnection.socket("s1");

  @Test
  void answersUnavailableWhenTheWorkOfAllAgentsIsTooMuch_THROTTLE_01_THROTTLE_02_ERR_08() {
    int taken = 0;
    for (int agent = 0; agent < 4; agent++) {
      hub.hub.received(socket, sized(new InstanceUid(1, agent), 24_000));
      taken += socket.takeSent().isEmpty() ? 1 : 0;
    }
    assertThat(taken).isEqualTo(4);

    FakeConnection another = FakeConnection.socket("s2");
    hub.hub.received(another, sized(OTHER, 24_000));
    ServerToAgent answer = another.takeSent().get(0);

    assertThat(answer.getInstanceUid()).isEqualTo(OTHER.toBytes());
    assertThat(answer.getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    assertThat(answer.getErrorResponse().getRetryInfo().getRetryAfterNanoseconds())
        .isEqualTo(MIN.toNanos());
    assertThat(hub.gate.status().refused()).containsEntry(Reason.OVERLOADED, 1L);
    hub.run();
    assertThat(socket.takeSent()).as("what was taken is worked on").hasSize(4);
    assertThat(hub.memory.used()).isZero();
    assertThat(hub.deliver(another, sized(OTHER, 24_000).toBuilder()))
        .as("room again")
        .singleElement()
        .matches(answered -> !answered.hasErrorResponse());
  }

  @Test
  void countsSmallMessagesForMoreThanTheirBytes() {
    int sent = 0;
    FakeConnection last = socket;
    while (last.takeSent().isEmpty()) {
      last = FakeConnection.socket("s" + sent);
      hub.hub.received(last, bare(new InstanceUid(1, sent), 1).build());
      sent++;
    }
    assertThat(sent).isBetween(LIMIT / (Intake.OVERHEAD + 40), LIMIT / Intake.OVERHEAD);
    hub.run();
    assertThat(hub.memory.used()).isZero();
  }

  @Test
  void oneAgentMayHaveAQuarterOfTheMemoryOrOneMessage() {
    FakeConnection another = FakeConnection.socket("s2");
    hub.hub.received(socket, sized(UID, 60_000));
    hub.hub.received(socket, bare(UID, 2).build());
    hub.hub.received(another, sized(OTHER, 12_000));
    hub.hub.received(another, sized(OTHER, 12_000));
    hub.hub.received(another, sized(OTHER, 2_000));
    hub.run();

    assertThat(socket.takeSent())
        .as("a single one may be of any size")
        .extracting(ServerToAgent::hasErrorResponse)
        .containsExactly(false, true);
    assertThat(another.takeSent())
        .extracting(answer -> answer.getErrorResponse().getErrorMessage())
        .containsExactly("", "", "too many messages of this agent wait");
    assertThat(hub.gate.status().refused())
        .as("the server has room: no reason to refuse others")
        .containsEntry(Reason.OVERLOADED, 0L);
    assertThat(hub.memory.used()).isZero();
  }

  @Test
  void takesAMessageOfTheWholeMemory() {
    assertThat(hub.deliver(socket, sized(UID, LIMIT).toBuilder()))
        .singleElement()
        .matches(answer -> !answer.hasErrorResponse());
    assertThat(hub.memory.used()).isZero();
  }

  @Test
  void tellsOneAgentTheSameTimeAndOthersOtherTimes_THROTTLE_02() {
    hub.memory.reserve(LIMIT);
    Set<Long> told = new HashSet<>();
    for (int agent = 0; agent < 100; agent++) {
      told.add(told(new InstanceUid(1, agent)).toNanos());
    }
    assertThat(told).hasSize(100).allMatch(nanos -> nanos >= MIN.toNanos());

    Duration first = told(UID);
    hub.time.advance(Duration.ofSeconds(5));
    assertThat(told(UID)).isEqualTo(first.minusSeconds(5));
    hub.time.advance(first);
    assertThat(told(UID)).as("that time has passed").isGreaterThanOrEqualTo(MIN);
  }

  @Test
  void givesTheMemoryBackWhenTheWorkFails() {
    Intake intake = new Intake(hub.memory, hub.gate, hub.time);
    AgentSession session =
        AgentSession.unknown(UID, AgentNote.NONE, hub.time.instant(), Runnable::run);
    long[] during = {0};

    Incoming in = new Incoming(socket, sized(UID, 1_000), hub.time.instant(), null);
    intake.offer(
        session,
        in,
        () ->
            in.attend(
                () -> {
                  during[0] = hub.memory.used();
                  throw new IllegalStateException("on purpose");
                }));

    assertThat(during[0]).isBetween(1_000L, 1_500L);
    assertThat(hub.memory.used()).isZero();
  }

  @Test
  void givesTheMemoryBackWhenTheConnectionEndsBeforeTheWorkIsDone() {
    hub.hub.received(socket, sized(UID, 1_000));
    hub.hub.closed(socket, "gone before it was worked on");
    hub.run();
    assertThat(hub.memory.used()).isZero();
  }

  private Duration told(InstanceUid uid) {
    hub.hub.received(socket, bare(uid, 1).build());
    ServerErrorResponse error = onlyAnswer().getErrorResponse();
    return Duration.ofNanos(error.getRetryInfo().getRetryAfterNanoseconds());
  }

  private ServerToAgent onlyAnswer() {
    List<ServerToAgent> answers = socket.takeSent();
    assertThat(answers).hasSize(1);
    return answers.get(0);
  }

  private static AgentToServer sized(InstanceUid uid, int bytes) {
    ByteString hash = ByteString.copyFrom(new byte[Math.max(0, bytes - 40)]);
    return bare(uid, 1)
        .setAvailableComponents(AvailableComponents.newBuilder().setHash(hash))
        .build();
  }
}
