package io.opamp4j.client.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.client.transport.DaemonThreads;
import io.opamp4j.client.transport.Link;
import io.opamp4j.client.transport.LinkEvents;
import io.opamp4j.client.transport.Transport;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.client.Notice;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop on a transport that does what the test says. */
@Timeout(30)
class ClientLoopTest {
  private static final InstanceUid UID = new InstanceUid(1, 2);

  private final BlockingQueue<FakeLink> links = new LinkedBlockingQueue<>();
  private final BlockingQueue<Notice> notices = new LinkedBlockingQueue<>();
  private final BlockingQueue<ClientMemory> saved = new LinkedBlockingQueue<>();
  private ClientLoop loop;

  @BeforeEach
  void start() {
    Backoff quick = new Backoff(Duration.ofMillis(1), 1, 0, Duration.ofMillis(1));
    Duration wait = Duration.ofSeconds(20);
    ClientSettings settings =
        new ClientSettings(
            Duplex.FULL, Heartbeat.OFF, wait, wait, wait, quick, Messages.DEFAULT_LIMIT);
    ClientMachine machine = new ClientMachine(settings, new Random(1));
    loop =
        new ClientLoop(
            machine,
            machine.initial(UID, report("start")),
            new FakeTransport(),
            InstantSource.system()::instant,
            new Outlet() {
              @Override
              public void keep(ClientMemory memory) {
                saved.add(memory);
              }

              @Override
              public void notice(Notice notice) {
                notices.add(notice);
              }
            },
            10_000,
            new DaemonThreads("loop-under-test"));
    loop.start();
  }

  @AfterEach
  void stop() {
    loop.stop();
  }

  @Test
  void whileAMessageIsOnItsWayOutTheNextOnesBecomeOne() throws Exception {
    FakeLink link = connected();
    loop.report(report("first"));
    assertThat(status(link.next())).isEqualTo("first");
    for (int i = 0; i < 1000; i++) {
      loop.report(report("state " + i));
    }
    link.events.received(ServerToAgent.getDefaultInstance());
    link.events.sent();
    assertThat(status(link.next())).as("RETRY-05").isEqualTo("state 999");
    link.events.sent();
    assertThat(link.sent).isEmpty();
  }

  @Test
  void eventsOfALinkThatWasReplacedCountNoMore() throws Exception {
    FakeLink old = connected();
    old.events.lost(Loss.of(LossKind.BROKEN, "cut"));
    FakeLink link = connected();
    old.events.lost(Loss.of(LossKind.BROKEN, "late"));
    old.events.received(ServerToAgent.newBuilder().setFlags(1).build());
    loop.report(report("after"));
    assertThat(status(link.next())).isEqualTo("after");
    assertThat(links).isEmpty();
  }

  @Test
  void aTransportThatThrowsIsABrokenConnection() throws Exception {
    FakeLink link = connected();
    link.broken = true;
    loop.report(report("unlucky"));
    FakeLink next = links.poll(10, TimeUnit.SECONDS);
    assertThat(next).isNotNull();
    next.events.opened();
    assertThat(status(next.next())).isEqualTo("unlucky");
    assertThat(link.closed).isTrue();
  }

  @Test
  void conn10WhatIsToBeKeptIsKeptBeforeAnythingLeaves() throws Exception {
    FakeLink link = connected();
    assertThat(link.savedBeforeFirst).isNotNull();
    assertThat(link.savedBeforeFirst.getSequenceCeiling()).isEqualTo(1000);
    assertThat(saved).hasSize(1);
  }

  @Test
  void stopEndsTheThreadAndClosesTheLink() throws Exception {
    FakeLink link = connected();
    loop.stop();
    assertThat(link.next().hasAgentDisconnect()).isTrue();
    link.events.lost(Loss.of(LossKind.CLOSED, "closed"));
    assertThat(loop.awaitStopped(Duration.ofSeconds(10))).isTrue();
    assertThat(link.closed).isTrue();
    for (int i = 0; i < 1000; i++) {
      // Nobody listens any more; this must not block.
      link.events.malformed("late");
    }
  }

  private FakeLink connected() throws InterruptedException {
    FakeLink link = links.poll(10, TimeUnit.SECONDS);
    assertThat(link).isNotNull();
    link.events.opened();
    link.next();
    link.events.sent();
    link.events.received(ServerToAgent.newBuilder().setInstanceUid(UID.toBytes()).build());
    while (!(notices.poll(10, TimeUnit.SECONDS) instanceof Notice.Connected)) {
      // The notice of the loss before.
      continue;
    }
    return link;
  }

  private static String status(AgentToServer message) {
    return message.getHealth().getStatus();
  }

  private static AgentToServer report(String status) {
    return AgentToServer.newBuilder()
        .setCapabilities(0x801)
        .setHealth(ComponentHealth.newBuilder().setStatus(status))
        .build();
  }

  private final class FakeTransport implements Transport {
    @Override
    public Link open(OpAMPConnectionSettings settings, LinkEvents events) {
      FakeLink link = new FakeLink(events, saved);
      links.add(link);
      return link;
    }

    @Override
    public void close() {}
  }

  private static final class FakeLink implements Link {
    final LinkEvents events;
    final BlockingQueue<AgentToServer> sent = new LinkedBlockingQueue<>();
    private final BlockingQueue<ClientMemory> saved;
    volatile @Nullable ClientMemory savedBeforeFirst;
    volatile boolean broken;
    volatile boolean closed;

    FakeLink(LinkEvents events, BlockingQueue<ClientMemory> saved) {
      this.events = events;
      this.saved = saved;
    }

    @Override
    public void send(AgentToServer message) {
      if (broken) {
        throw new IllegalStateException("the transport has a defect");
      }
      if (savedBeforeFirst == null) {
        savedBeforeFirst = saved.peek();
      }
      sent.add(message);
    }

    @Override
    public void close() {
      closed = true;
    }

    AgentToServer next() throws InterruptedException {
      AgentToServer message = sent.poll(10, TimeUnit.SECONDS);
      assertThat(message).as("a message within 10 s").isNotNull();
      return message;
    }
  }
}
