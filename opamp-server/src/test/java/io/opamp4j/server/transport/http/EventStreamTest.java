package io.opamp4j.server.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.server.agents.EventJournal;
import io.opamp4j.server.transport.FakeLiveEvents;
import io.opamp4j.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** One reader of live events, whose peer and event loop the test holds in its hands. */
class EventStreamTest {
  private static final int MOST = 3;
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final Pattern MESSAGE =
      Pattern.compile("id: (\\d+)\nevent: (\\w+)\ndata: (\\{.*})\n\n");
  private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"]*)\"");

  private final ManualTime time = new ManualTime();
  private final EventJournal journal = new EventJournal(time);
  private final EventStreams streams =
      new EventStreams(journal, new FakeLiveEvents(), MOST, Duration.ofSeconds(15));
  private final FakeReply reply = new FakeReply();

  @Test
  void tellsWhatHappensFromNowOn() {
    happen("before");
    open("", reply);
    happen("a");
    happen("b");
    reply.takeAll();
    assertThat(reply.status).isEqualTo(200);
    assertThat(reply.received.toString())
        .isEqualTo(
            ": events\nretry: 2000\n\n"
                + ("id: " + (journal.last() - 1) + "\nevent: ConfigOffered\n")
                + "data: {\"name\":\"a\"}\n\n"
                + ("id: " + journal.last() + "\nevent: ConfigOffered\n")
                + "data: {\"name\":\"b\"}\n\n");
  }

  @Test
  void goesOnBehindTheLastEventTheReaderHas() {
    happen("a");
    long has = journal.last();
    happen("b");
    happen("c");
    open("?after=" + has, reply);
    reply.takeAll();
    assertThat(names(reply)).containsExactly("b", "c");
    FakeReply second = new FakeReply();
    open("?after=0", second, Long.toString(has + 1));
    second.takeAll();
    assertThat(names(second)).as("the header wins").containsExactly("c");
  }

  @Test
  void saysThatEventsAreMissingAndTellsWhatIsKept() {
    for (int i = 0; i < EventJournal.CAPACITY + 7; i++) {
      happen("v" + i);
    }
    open("?after=1", reply);
    reply.takeAll();
    List<String> names = names(reply);
    assertThat(names.get(0)).isEqualTo("reset");
    assertThat(names).hasSize(EventJournal.CAPACITY + 1);
    assertThat(names.get(1)).isEqualTo("v7");
    assertThat(reply.received.toString()).contains("data: {\"after\":1,\"continuesAfter\":");
    assertThat(reply.largest).isLessThan(40_000);
  }

  @Test
  void saysSoToWhoComesFromAnotherNodeOrAnEarlierProcess() {
    happen("a");
    open("?after=" + (journal.last() + 1_000_000), reply);
    reply.takeAll();
    assertThat(names(reply)).containsExactly("reset", "a");
    FakeReply second = new FakeReply();
    open("?after=0", second);
    second.takeAll();
    assertThat(names(second)).containsExactly("reset", "a");
    happen("b");
    reply.takeAll();
    assertThat(names(reply)).as("once only").containsExactly("reset", "a", "b");
  }

  /** What a slow reader has not taken must not pile up anywhere. */
  @Test
  void aSlowReaderHasOnePieceUnderWayAtMost() {
    open("", reply);
    reply.take();
    for (int i = 0; i < 5_000; i++) {
      happen("v" + i);
      reply.run();
      assertThat(reply.underWay).hasSize(1);
      assertThat(reply.tasks).isEmpty();
    }
    int pieces = 0;
    while (!reply.underWay.isEmpty()) {
      reply.take();
      pieces++;
    }
    assertThat(pieces).isGreaterThan(10);
    assertThat(reply.largest).isLessThan(40_000);
    assertThat(names(reply)).hasSize(5_000).startsWith("v0").endsWith("v4999");
  }

  @Test
  void aReaderWhoFallsTooFarBehindIsToldSoAndGoesOn() {
    open("", reply);
    happen("first");
    reply.take();
    for (int i = 0; i < EventJournal.CAPACITY + 100; i++) {
      happen("v" + i);
    }
    reply.takeAll();
    List<String> names = names(reply);
    assertThat(names.subList(0, 3)).containsExactly("first", "reset", "v100");
    assertThat(names).endsWith("v" + (EventJournal.CAPACITY + 99));
  }

  @Test
  void aReaderWhoTakesNothingForTwoHeartbeatsIsCutOff() {
    open("", reply);
    happen("a");
    reply.fireTimer();
    assertThat(reply.aborted).isFalse();
    reply.fireTimer();
    assertThat(reply.aborted).isTrue();
    assertThat(streams.size()).isZero();
  }

  @Test
  void aReaderWhoTakesSomethingBetweenHeartbeatsStays() {
    open("", reply);
    for (int i = 0; i < 20; i++) {
      reply.fireTimer();
      reply.take();
    }
    assertThat(reply.aborted).isFalse();
  }

  @Test
  void aHeartbeatSaysHowFarItIsThoughNothingWasForThisReader() {
    open("?name=mine", reply);
    reply.takeAll();
    for (int i = 0; i < 3_000; i++) {
      happen("other");
    }
    reply.takeAll();
    assertThat(names(reply)).isEmpty();
    reply.fireTimer();
    assertThat(reply.received.toString()).endsWith(": alive\nid: " + journal.last() + "\n\n");
    reply.takeAll();
    happen("mine 1");
    reply.takeAll();
    assertThat(names(reply)).containsExactly("mine 1");
  }

  @Test
  void theEndOfTheServerEndsItOnceWhatIsUnderWayWasTaken() {
    open("", reply);
    happen("a");
    streams.end();
    reply.run();
    assertThat(reply.ended).as("the event was not taken").isFalse();
    reply.takeAll();
    assertThat(names(reply)).containsExactly("a");
    assertThat(reply.ended).isTrue();
    assertThat(streams.size()).isZero();
    FakeReply late = new FakeReply();
    open("", late);
    assertThat(late.status).isEqualTo(503);
  }

  @Test
  void thereAreOnlySoManyAndTheirPlacesAreGivenAgain() {
    List<Exchange> open = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      open.add(open("", new FakeReply()));
    }
    open("", reply);
    assertThat(reply.status).isEqualTo(503);
    assertThat(reply.received.toString()).contains("too many readers of events");
    open.get(0).lost();
    open.get(0).lost();
    assertThat(streams.size()).isEqualTo(MOST - 1);
    FakeReply next = new FakeReply();
    open("", next);
    assertThat(next.status).isEqualTo(200);
    open("", reply);
    assertThat(reply.status).isEqualTo(503);
  }

  @Test
  void aReaderWhoIsGoneCostsNothingMore() {
    Exchange stream = open("", reply);
    reply.take();
    stream.lost();
    happen("a");
    reply.run();
    assertThat(reply.underWay).isEmpty();
    assertThat(reply.timerFutures).allMatch(CompletableFuture::isCancelled);
    FakeReply broken = new FakeReply();
    open("", broken);
    broken.failWrite();
    assertThat(broken.aborted).isTrue();
    assertThat(streams.size()).isZero();
  }

  /** Whatever the order of events, wakes and slow writes: every event once, in order. */
  @Test
  void tellsEachEventOnceAndInOrderWhateverTheReaderDoes() {
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      FakeReply peer = new FakeReply();
      int before = random.nextInt(300);
      long from = journal.last();
      for (int i = 0; i < before; i++) {
        happen("e" + i);
      }
      Exchange stream = open("?after=" + from, peer);
      int events = before;
      for (int step = 0; step < 300; step++) {
        switch (random.nextInt(4)) {
          case 0 -> happen("e" + events++);
          case 1 -> peer.run();
          case 2 -> {
            if (!peer.underWay.isEmpty()) {
              peer.underWay.remove().setSuccess();
            }
          }
          default -> {
            if (random.nextInt(20) == 0 && peer.underWay.isEmpty()) {
              peer.fireTimer();
            }
          }
        }
        assertThat(peer.underWay).as("seed %s", seed).hasSizeLessThan(2);
      }
      peer.takeAll();
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < events; i++) {
        expected.add("e" + i);
      }
      assertThat(names(peer)).as("seed %s", seed).isEqualTo(expected);
      stream.lost();
    }
  }

  private Exchange open(String query, FakeReply to) {
    return open(query, to, null);
  }

  private Exchange open(String query, FakeReply to, String lastEventId) {
    DefaultHttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, EventStreams.PATH + query);
    if (lastEventId != null) {
      request.headers().set("Last-Event-ID", lastEventId);
    }
    Exchange exchange = streams.open(request, to);
    exchange.start();
    return exchange;
  }

  private void happen(String name) {
    journal.happened(new AgentEvent.ConfigOffered(UID, time.instant(), name));
  }

  /** The names of the events received, or of the message; ids must grow. */
  private static List<String> names(FakeReply reply) {
    List<String> names = new ArrayList<>();
    Matcher messages = MESSAGE.matcher(reply.received);
    long last = -1;
    while (messages.find()) {
      Matcher name = NAME.matcher(messages.group(3));
      names.add(name.find() ? name.group(1) : messages.group(2));
      long id = Long.parseLong(messages.group(1));
      assertThat(id).isGreaterThan(last);
      last = id;
    }
    return names;
  }
}
