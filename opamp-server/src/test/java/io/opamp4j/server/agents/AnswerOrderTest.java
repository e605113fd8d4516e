package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.testkit.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** E-61: per socket, the order of answers is the order of the messages. */
class AnswerOrderTest {
  private final FakeConnection socket = FakeConnection.socket("s1");
  private final Carrier carrier = new Carrier(socket, ManualTime.START);

  @Test
  void holdsAnAnswerBackUntilThoseBeforeItAreGiven() {
    Incoming first = incoming(1);
    Incoming second = incoming(2);
    second.answer(answer(2));
    assertThat(socket.takeSent()).isEmpty();
    carrier.send(answer(3));
    first.answer(answer(1));
    assertThat(socket.takeSent()).containsExactly(answer(1), answer(2), answer(3));
    carrier.send(answer(4));
    assertThat(socket.takeSent()).as("nothing to wait for").containsExactly(answer(4));
  }

  @Test
  void letsLaterAnswersGoFirstWhenOneIsPostponed() {
    Incoming first = incoming(1);
    Incoming second = incoming(2);
    second.answer(answer(2));
    first.postpone();
    assertThat(socket.takeSent()).containsExactly(answer(2));
    first.answer(answer(1));
    assertThat(socket.takeSent()).containsExactly(answer(1));
  }

  @Test
  void answersOnceWhateverTheWorkDoes_STAT04() {
    Incoming twice = incoming(1);
    twice.answer(answer(1));
    twice.answer(answer(2));
    assertThat(socket.takeSent()).containsExactly(answer(1));

    Incoming failing = incoming(3);
    Incoming behind = incoming(4);
    behind.answer(answer(4));
    try {
      failing.attend(
          () -> {
            throw new IllegalStateException("on purpose");
          });
    } catch (IllegalStateException expected) {
      // The mailbox logs it.
    }
    assertThat(socket.takeSent())
        .extracting(ServerToAgent::hasErrorResponse)
        .containsExactly(true, false);

    Incoming waiting = incoming(5);
    waiting.attend(waiting::postpone);
    assertThat(socket.takeSent()).as("it is still owed").isEmpty();
    waiting.attend(() -> {});
    assertThat(socket.takeSent()).as("and nobody gave it").hasSize(1);
  }

  @Test
  void sendsNothingAfterTheEnd() {
    Incoming first = incoming(1);
    incoming(2);
    carrier.end("gone");
    first.answer(answer(1));
    carrier.send(answer(2));
    incoming(3).answer(answer(3));
    assertThat(socket.takeSent()).isEmpty();
  }

  @Test
  void closesAPeerThatSendsFasterThanItCanBeAnswered() {
    incoming(0);
    for (int i = 1; i < AnswerOrder.MOST_PLACES; i++) {
      carrier.send(answer(i));
    }
    assertThat(socket.closes()).isEmpty();
    carrier.send(answer(1));
    assertThat(socket.closes()).singleElement().matches(close -> close.startsWith("1013 "));
    carrier.send(answer(2));
    assertThat(socket.closes()).hasSize(1);
  }

  /** Forty agents behind one gateway and bad messages between theirs, worked on by many threads. */
  @Test
  void keepsTheOrderOfAGatewaysSocketWhateverTheOrderOfTheWork() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
      List<InstanceUid> agents = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        agents.add(InstanceUid.generate(hub.time.instant(), random));
      }
      List<ServerToAgent> expected = new ArrayList<>();
      ByteString lastUid = ByteString.EMPTY;
      for (int i = 0; i < 300; i++) {
        int what = random.nextInt(10);
        if (what == 0) {
          hub.hub.malformed(socket, "broken " + i);
          expected.add(ErrorResponses.badRequest(lastUid, "broken " + i));
        } else if (what == 1) {
          hub.hub.received(socket, AgentToServer.getDefaultInstance());
          expected.add(
              ErrorResponses.badRequest(
                  ByteString.EMPTY, "instance_uid must have 16 bytes, not 0"));
        } else if (what < 5) {
          hub.runOne(random);
        } else {
          InstanceUid uid = agents.get(random.nextInt(agents.size()));
          hub.hub.received(socket, Hub.bare(uid, i).build());
          lastUid = uid.toBytes();
          expected.add(ServerToAgent.newBuilder().setInstanceUid(lastUid).build());
        }
      }
      hub.runAll(random);
      List<ServerToAgent> answers = socket.takeSent();
      assertThat(answers).as("seed %d", seed).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        ServerToAgent answer = answers.get(i);
        assertThat(answer.getInstanceUid())
            .as("seed %d, message %d", seed, i)
            .isEqualTo(expected.get(i).getInstanceUid());
        assertThat(answer.getErrorResponse())
            .as("seed %d, message %d", seed, i)
            .isEqualTo(expected.get(i).getErrorResponse());
      }
      hub.hub.closed(socket, "end");
      hub.runAll(random);
    }
  }

  private Incoming incoming(long number) {
    return carrier.incoming(Hub.bare(Hub.UID, number).build(), ManualTime.START);
  }

  private static ServerToAgent answer(int number) {
    return ServerToAgent.newBuilder().setCapabilities(number).build();
  }
}
