package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.RolloutDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of a rollout comes back as it was. The simulation has more of it. */
class RolloutCodecTest {

  @ParameterizedTest
  @EnumSource(RolloutPhase.class)
  void aStateComesBackAsItWas(RolloutPhase phase) {
    RolloutState state = full(phase);
    assertThat(RolloutCodec.decode(RolloutCodec.encode(state))).isEqualTo(state);
    assertThat(RolloutCodec.decode(RolloutCodec.encode(state)).faults().failures().keySet())
        .as("in their order")
        .containsExactlyElementsOf(state.faults().failures().keySet());
  }

  @Test
  void manyFailuresForOneReasonKeepItsTextOnce() {
    Map<InstanceUid, Failure> failures = new LinkedHashMap<>();
    for (int i = 0; i < 1000; i++) {
      failures.put(
          new InstanceUid(1, i),
          new Failure(Failure.Kind.REPORTED, Drill.T0, "failed: " + "reason ".repeat(20)));
    }
    RolloutState state = full(RolloutPhase.PAUSED).with(new Faults(failures, 0, Set.of()));
    assertThat(RolloutCodec.encode(state).size()).isLessThan(50_000);
    assertThat(RolloutCodec.decode(RolloutCodec.encode(state))).isEqualTo(state);
  }

  @Test
  void whatIsNoRolloutOrFromALaterVersionIsRefusedInWords() {
    refuses(document -> document.setFormat(2), "format 2");
    refuses(document -> document.setFormat(-1), "format 4294967295");
    refuses(RolloutDocument.Builder::clearFormat, "format 0");
    refuses(document -> document.setPhase("SLEEPING"), "SLEEPING");
    refuses(document -> document.setStage(7), "stage 7 of 2");
    refuses(document -> document.addCuts(1), "3 cuts for 2 stages");
    refuses(document -> document.addKept(ByteString.copyFromUtf8("x")), "1 bytes");
    refuses(RolloutDocument.Builder::clearTexts, "without its text");
    refuses(RolloutDocument.Builder::clearTarget, "hash");
    assertThatThrownBy(() -> RolloutCodec.decode(ByteString.copyFrom(new byte[] {1, 2, 3})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a rollout");
  }

  private static void refuses(UnaryOperator<RolloutDocument.Builder> change, String words) {
    RolloutDocument.Builder document;
    try {
      document =
          RolloutDocument.parseFrom(RolloutCodec.encode(full(RolloutPhase.PAUSED))).toBuilder();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    ByteString bytes = change.apply(document).build().toByteString();
    assertThatThrownBy(() -> RolloutCodec.decode(bytes))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  /** Nothing in it has its default value. */
  private static RolloutState full(RolloutPhase phase) {
    Map<InstanceUid, Failure> failures = new LinkedHashMap<>();
    long number = 9;
    for (Failure.Kind kind : Failure.Kind.values()) {
      failures.put(
          new InstanceUid(3, number--), new Failure(kind, Drill.T0.plusNanos(number), "why"));
    }
    Instant before1970 = Instant.ofEpochSecond(-5, 7);
    return new RolloutState(
        Drill.TARGET,
        -17,
        RolloutPlan.progressive(List.of(new Stage("canary", Pacing.ALL)), Pacing.STANDARD)
            .with(Duration.ofMillis(1), Duration.ofNanos(5))
            .with(ErrorLimit.percent(3))
            .rollingBackAt(new Pacing(1, 2, 3, Duration.ofSeconds(4))),
        new Standing(phase, "because", before1970),
        new Front(1, List.of(Front.EVERYBODY, Long.MIN_VALUE), 5, 6, Drill.T0.plusNanos(1), 7),
        new Faults(failures, 2, Set.of(new InstanceUid(-1, -1), new InstanceUid(0, 1))),
        Set.of(new InstanceUid(5, 5)));
  }
}
