package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.opamp4j.core.timing.ClosePace;
import io.opamp4j.server.transport.http.Drain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In the frozen time of an embedded event loop. */
class SlicedCloseTest {
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final List<Channel> connections = new ArrayList<>();
  private final List<Integer> told = new ArrayList<>();

  @BeforeEach
  void freeze() {
    loop.freezeTime();
  }

  @Test
  void aFewAreToldAtOnce_D12() {
    Future<Void> done = start(3, 800);
    assertThat(told).containsExactly(0, 1, 2);
    assertThat(done.isSuccess()).isTrue();
  }

  @Test
  void noneIsDoneAtOnce() {
    assertThat(start(0, 800).isSuccess()).isTrue();
  }

  @Test
  void manyAreToldInEqualSlicesInTheirOrder_CLOSE_03() {
    Future<Void> done = start(1_000, 800);
    List<Integer> slices = new ArrayList<>(List.of(told.size()));
    while (!done.isDone()) {
      int before = told.size();
      pass(SlicedClose.SLICE);
      slices.add(told.size() - before);
    }
    assertThat(told).hasSize(1_000).isSorted().doesNotHaveDuplicates();
    assertThat(slices).hasSize(25).allMatch(count -> count >= 39 && count <= 41);
  }

  @Test
  void doesNotTakeLongerThanThereIsTime() {
    Future<Void> done = start(10_000, 800);
    pass(Duration.ofSeconds(4));
    assertThat(done.isDone()).isFalse();
    pass(Duration.ofSeconds(1));
    assertThat(done.isSuccess()).isTrue();
    assertThat(told).hasSize(10_000);
  }

  @Test
  void goesOnWhenAConnectionHasEndedMeanwhile() {
    Future<Void> done = start(1_000, 800);
    connections.get(999).close();
    pass(Duration.ofSeconds(2));
    assertThat(done.isSuccess()).isTrue();
    assertThat(told).hasSizeGreaterThanOrEqualTo(999);
  }

  private Future<Void> start(int count, double perSecond) {
    for (int i = 0; i < count; i++) {
      int number = i;
      connections.add(
          new EmbeddedChannel(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                  assertThat(event).isEqualTo(Drain.START);
                  told.add(number);
                }
              }));
    }
    ClosePace pace = ClosePace.of(count, perSecond, Duration.ofSeconds(5));
    Future<Void> done = SlicedClose.start(connections, pace, loop.eventLoop());
    loop.runPendingTasks();
    return done;
  }

  private void pass(Duration time) {
    for (long ms = 0; ms < time.toMillis(); ms += 10) {
      loop.advanceTimeBy(10, TimeUnit.MILLISECONDS);
      loop.runScheduledPendingTasks();
    }
  }
}
