package io.opamp4j.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.report.Sync;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client and a simple server over a pipe that loses, repeats, reorders and breaks: once the
 * trouble ends, the server knows the agent's state, the agent has the server's configuration, and
 * both fall silent.
 */
class ClientConvergenceTest {
  private static final int SEEDS = 1500;
  private static final Duration TROUBLE = Duration.ofMinutes(4);
  private static final Duration CALM = Duration.ofMinutes(6);
  private static final Duration SILENCE = Duration.ofMinutes(2);

  @ParameterizedTest
  @EnumSource(Duplex.class)
  void convergesAndFallsSilent(Duplex duplex) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Pipe pipe = new Pipe(duplex, seed);
      pipe.run();
      assertThat(pipe.server.known.toBuilder().clearInstanceUid().build())
          .as("what the server knows, %s seed %d", duplex, seed)
          .isEqualTo(
              Reports.withoutCatalogue(pipe.client.state.report()).toBuilder()
                  .clearInstanceUid()
                  .build());
      assertThat(pipe.client.state.report().getRemoteConfigStatus())
          .as("what the agent runs, %s seed %d", duplex, seed)
          .isEqualTo(
              Client.status(pipe.server.config, RemoteConfigStatuses.RemoteConfigStatuses_APPLIED));
      assertThat(pipe.chatter).as("messages after the calm, %s seed %d", duplex, seed).isEmpty();
      assertThat(pipe.gaps).as("sequence numbers, %s seed %d", duplex, seed).isEmpty();
    }
  }

  /** The least a server has to do. */
  private static final class Server {
    AgentToServer known = AgentToServer.getDefaultInstance();
    Sync sync = Sync.NEW;
    String config = "C0";

    void restart() {
      known = AgentToServer.getDefaultInstance();
      sync = Sync.NEW;
    }

    ServerToAgent receive(AgentToServer message, Instant now, boolean overloaded) {
      if (overloaded) {
        return Client.error(ServerErrorResponseType.ServerErrorResponseType_Unavailable)
            .setInstanceUid(message.getInstanceUid())
            .build();
      }
      known = Reports.merge(known, message);
      sync = sync.received(message, known);
      ServerToAgent.Builder answer =
          ServerToAgent.newBuilder().setInstanceUid(message.getInstanceUid()).setCapabilities(0x7F);
      if (sync.asksNow(now)) {
        sync = sync.asked(now);
        answer.setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);
      }
      ByteString has = known.getRemoteConfigStatus().getLastRemoteConfigHash();
      if (!has.toStringUtf8().equals(config)) {
        answer.setRemoteConfig(Client.config(config));
      }
      return answer.build();
    }
  }

  /** A message or a loss on its way; exactly one of the first three is set. */
  private record Event(
      Instant at, AgentToServer up, ServerToAgent down, LossKind loss, int connection) {}

  private static final class Pipe {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final Client client;
    final Server server = new Server();
    final List<AgentToServer> chatter = new ArrayList<>();
    final List<String> gaps = new ArrayList<>();
    private final Duplex duplex;
    private final Random random;
    private final List<Event> events = new ArrayList<>();
    private AgentToServer.Builder report = Client.report();
    private Instant nextMischief = START;
    private int connection;
    private long expectedSequence;

    Pipe(Duplex duplex, int seed) {
      this.duplex = duplex;
      this.random = new Random(seed);
      this.client = new Client(ClientSettings.defaults(duplex), report.build());
      this.client.now = START;
    }

    void run() {
      client.start();
      carryOut();
      Instant end = START.plus(TROUBLE).plus(CALM);
      while (true) {
        Instant wakeUp = client.step.wakeUp().orElse(Instant.MAX);
        Instant event =
            events.stream().map(Event::at).min(Comparator.naturalOrder()).orElse(Instant.MAX);
        Instant mischief = nextMischief.isBefore(START.plus(TROUBLE)) ? nextMischief : Instant.MAX;
        Instant next =
            List.of(wakeUp, event, mischief).stream().min(Comparator.naturalOrder()).orElseThrow();
        if (!next.isBefore(end)) {
          return;
        }
        client.now = next.isAfter(client.now) ? next : client.now;
        if (next.equals(event)) {
          deliver(events.remove(indexOfFirst(event)));
        } else if (next.equals(mischief)) {
          mischief();
        } else {
          client.wakeUpEarly();
          carryOut();
        }
      }
    }

    private int indexOfFirst(Instant at) {
      for (int i = 0; i < events.size(); i++) {
        if (events.get(i).at().equals(at)) {
          return i;
        }
      }
      throw new AssertionError("there is an event at " + at);
    }

    private void deliver(Event event) {
      if (event.connection() != connection) {
        return;
      }
      if (event.loss() != null) {
        cut(event.loss());
      } else if (event.up() != null) {
        boolean overloaded = isTrouble() && random.nextInt(20) == 0;
        ServerToAgent answer = server.receive(event.up(), client.now, overloaded);
        travel(null, answer);
      } else if (event.down() != null) {
        client.received(event.down().toBuilder());
        applyOffers();
      } else {
        client.opened();
        carryOut();
      }
    }

    private void applyOffers() {
      ClientStep step = client.step;
      carryOut();
      for (Notice notice : step.notices()) {
        if (notice instanceof Notice.RemoteConfigOffered offered) {
          report.setRemoteConfigStatus(
              Client.status(
                  offered.offer().getConfigHash().toStringUtf8(),
                  RemoteConfigStatuses.RemoteConfigStatuses_APPLIED));
          client.changed(report);
          carryOut();
        }
      }
    }

    private void mischief() {
      switch (random.nextInt(7)) {
        case 0 -> server.restart();
        case 1 -> cut(LossKind.BROKEN);
        case 2 -> {
          server.restart();
          cut(LossKind.CLOSED);
        }
        case 3 -> server.config = "C" + random.nextInt(3);
        case 4 -> change(report.setEffectiveConfig(Client.effective("v" + random.nextInt(3))));
        default -> change(report.setHealth(Client.health("h" + random.nextInt(3))));
      }
      nextMischief = client.now.plusMillis(random.nextInt(8000));
    }

    private void change(AgentToServer.Builder changed) {
      client.changed(changed);
      carryOut();
    }

    private void cut(LossKind kind) {
      client.lost(kind);
      carryOut();
    }

    private void carryOut() {
      ClientStep step = client.step;
      step.send().ifPresent(this::sent);
      switch (step.connection()) {
        case OPEN -> {
          connection++;
          events.add(
              isTrouble() && random.nextInt(4) == 0
                  ? new Event(later(), null, null, LossKind.UNREACHABLE, connection)
                  : new Event(later(), null, null, null, connection));
        }
        case CLOSE -> connection++;
        case KEEP -> {}
      }
    }

    private void sent(AgentToServer message) {
      if (message.getSequenceNum() != expectedSequence++) {
        gaps.add(message.getSequenceNum() + " instead of " + (expectedSequence - 1));
      }
      boolean late = client.now.isAfter(START.plus(TROUBLE).plus(CALM).minus(SILENCE));
      if (late && !Section.presentIn(message).isEmpty()) {
        chatter.add(message);
      }
      travel(message, null);
    }

    /** A polling client's request and answer are one exchange: they may be lost, never repeated. */
    private void travel(AgentToServer up, ServerToAgent down) {
      int copies = 1;
      if (isTrouble()) {
        int fate = random.nextInt(10);
        copies = fate == 0 ? 0 : fate == 1 && duplex == Duplex.FULL ? 2 : 1;
      }
      for (int i = 0; i < copies; i++) {
        events.add(new Event(later(), up, down, null, connection));
      }
    }

    private boolean isTrouble() {
      return client.now.isBefore(START.plus(TROUBLE));
    }

    private Instant later() {
      return client.now.plusMillis(1 + random.nextInt(isTrouble() ? 2000 : 50));
    }
  }
}
