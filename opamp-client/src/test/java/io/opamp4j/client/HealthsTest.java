package io.opamp4j.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ComponentHealth;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the health of an agent is written: the rows HEALTH-01 to HEALTH-05. */
class HealthsTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05.000000006Z");
  private static final long START_NANOS = 1_767_323_045_000_000_006L;
  private static final ComponentHealth WELL = Healths.running(START, "polling");
  private static final ComponentHealth ILL = Healths.failing(START, "retrying", "no route");
  private static final ComponentHealth STOPPED = Healths.stopped("exited", "exit code 3");

  /** HEALTH-02. */
  @Test
  void health02WhatIsStoppedHasNoStartTimeAndWhatRunsHasOne() {
    assertThat(STOPPED.getStartTimeUnixNano()).isZero();
    assertThat(STOPPED.getHealthy()).isFalse();
    assertThat(WELL.getStartTimeUnixNano()).isEqualTo(START_NANOS);
    assertThat(ILL.getStartTimeUnixNano()).isEqualTo(START_NANOS);
    assertThatThrownBy(() -> Healths.running(Instant.EPOCH, ""))
        .as("would say that it is stopped")
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** HEALTH-03. */
  @Test
  void health03WhatIsUnhealthySaysWhy() {
    assertThat(ILL.getHealthy()).isFalse();
    assertThat(ILL.getLastError()).isEqualTo("no route");
    assertThat(STOPPED.getLastError()).isEqualTo("exit code 3");
    assertThatThrownBy(() -> Healths.failing(START, "retrying", " "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Healths.stopped("exited", ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** HEALTH-01. */
  @Test
  void health01TheRootSpeaksForTheWholeAgent() {
    ComponentHealth well = Healths.whole(START, "up", Map.of("a", WELL, "b", WELL));
    assertThat(well.getHealthy()).isTrue();
    assertThat(well.getLastError()).isEmpty();
    assertThat(well.getStatus()).isEqualTo("up");

    ComponentHealth part = Healths.whole(START, "", Map.of("exporter", STOPPED, "batch", WELL));
    ComponentHealth ill = Healths.whole(START, "up", Map.of("b", ILL, "a", part, "c", WELL));
    assertThat(ill.getHealthy()).isFalse();
    assertThat(ill.getLastError()).isEqualTo("a: exporter: exit code 3; b: no route");
    assertThat(ill.getStartTimeUnixNano()).isEqualTo(START_NANOS);
    assertThat(ill.getComponentHealthMapMap()).containsOnlyKeys("a", "b", "c");
    assertThat(Healths.whole(START, "alone", Map.of()).getHealthy()).isTrue();
  }

  /** HEALTH-05. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40, 50, Healths.DEEPEST})
  void health05TreesOfAnyDepthThatAMessageTakesAreToldAndReadable(int levels) throws Exception {
    ComponentHealth tree = tree(levels);

    assertThat(Healths.checked(tree)).isSameAs(tree);
    byte[] frame =
        Frames.encode(AgentToServer.newBuilder().setHealth(tree).build(), Messages.LIMIT);
    assertThat(Frames.agentToServer(ByteBuffer.wrap(frame), Messages.LIMIT).getHealth())
        .isEqualTo(tree);
  }

  @ParameterizedTest
  @ValueSource(ints = {Healths.DEEPEST + 1, 1000})
  void aDeeperTreeIsRefusedWhereItIsGiven(int levels) {
    ComponentHealth tree = tree(levels);
    ClientBuilder builder =
        OpampClient.builder(URI.create("ws://127.0.0.1:4320")).instanceUid(new InstanceUid(1, 2));
    assertThatThrownBy(() -> builder.health(tree))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Integer.toString(Healths.DEEPEST));
    try (OpampClient client = builder.build()) {
      assertThatThrownBy(() -> client.setHealth(tree)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static ComponentHealth tree(int levels) {
    ComponentHealth health = WELL;
    for (int level = 0; level < levels; level++) {
      health = ComponentHealth.newBuilder().putComponentHealthMap("c", health).build();
    }
    return health;
  }
}
