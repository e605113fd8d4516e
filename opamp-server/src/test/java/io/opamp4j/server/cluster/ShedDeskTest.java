package io.opamp4j.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.PluginFixture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShedDeskTest {
  private final DocumentStore documents =
      PluginFixture.notDurable(new MemoryStoragePlugin(), Map.of(), "it is a test")
          .open()
          .documents();
  private final List<Integer> shed = new ArrayList<>();
  private final Membership alone = NodeUnderTest.alone(new ManualTime());
  private final ShedDesk desk =
      new ShedDesk(
          documents,
          alone,
          new NodeDuties() {
            @Override
            public NodeLoad load(Instant now) {
              return NodeLoad.NONE;
            }

            @Override
            public void shed(int connections) {
              shed.add(connections);
            }
          });

  @Test
  void anOrderIsTakenOnceByTheNodeItIsFor() {
    assertThat(desk.order(alone.self(), 7)).isTrue();
    assertThat(desk.order("another", 9)).isTrue();
    assertThat(desk.order(alone.self(), 8)).as("the first still waits").isFalse();
    desk.tick();
    desk.tick();
    assertThat(shed).containsExactly(7);
    assertThat(desk.order(alone.self(), 8)).isTrue();
    desk.tick();
    assertThat(shed).containsExactly(7, 8);
  }

  @Test
  void whatIsNoOrderIsDropped() {
    documents.put(ShedDesk.KIND, alone.self(), ByteString.copyFromUtf8("all"), 0);
    desk.tick();
    desk.tick();
    assertThat(shed).isEmpty();
    assertThat(documents.find(ShedDesk.KIND, alone.self())).isEmpty();
  }
}
