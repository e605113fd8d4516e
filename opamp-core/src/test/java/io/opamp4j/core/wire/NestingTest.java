package io.opamp4j.core.wire;

import static io.opamp4j.core.wire.Samples.concat;
import static io.opamp4j.core.wire.Samples.deepHealth;
import static io.opamp4j.core.wire.Samples.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.KeyValueList;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How deep a message may be nested, which both transports share. */
class NestingTest {
  private static final int DEEPEST = 127;
  private static final int HALF_A_STACK = 512 * 1024;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 40, 49, 50, DEEPEST})
  void healthTreesUpToTheLimitAreRead(int levels) throws Exception {
    AgentToServer message = parse(deepHealth(levels));

    assertThat(levelsUnder(message.getHealth())).isEqualTo(levels);
  }

  @ParameterizedTest
  @ValueSource(ints = {DEEPEST + 1, 1_000, 100_000})
  void deeperHealthTreesAreMalformed(int levels) {
    byte[] data = deepHealth(levels);

    assertThatThrownBy(() -> parse(data))
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("protobuf");
  }

  @Test
  void deepGroupsOfUnknownFieldsAreMalformed() {
    byte[] groups = new byte[1_000_000];
    Arrays.fill(groups, (byte) 0x7B); // start of group 15

    assertThatThrownBy(() -> parse(groups)).isExactlyInstanceOf(MalformedMessageException.class);
    assertThatThrownBy(
            () -> Frames.agentToServer(ByteBuffer.wrap(concat(hex("00"), groups)), 1 << 21))
        .isExactlyInstanceOf(MalformedMessageException.class);
  }

  @Test
  void theDeepestMessagesAreWalkedInHalfAnOrdinaryStack() throws Exception {
    assertWalkedInHalfAStack(deepHealth(DEEPEST));
    assertWalkedInHalfAStack(deepAttribute(84));
    assertThatThrownBy(() -> parse(deepAttribute(85)))
        .isExactlyInstanceOf(MalformedMessageException.class);
  }

  private static void assertWalkedInHalfAStack(byte[] data) throws Exception {
    FutureTask<Boolean> walk =
        new FutureTask<>(
            () -> {
              AgentToServer message = parse(data);
              AgentToServer again = parse(data);
              return message.equals(again)
                  && message.hashCode() == again.hashCode()
                  && Arrays.equals(message.toByteArray(), data)
                  && !message.toString().isEmpty();
            });

    new Thread(null, walk, "half a stack", HALF_A_STACK).start();

    assertThat(walk.get(30, TimeUnit.SECONDS)).isTrue();
  }

  /** An attribute whose value is a list in a list and so on; each level costs three. */
  private static byte[] deepAttribute(int levels) {
    AnyValue value = AnyValue.newBuilder().setBoolValue(true).build();
    for (int level = 0; level < levels; level++) {
      value =
          AnyValue.newBuilder()
              .setKvlistValue(
                  KeyValueList.newBuilder().addValues(KeyValue.newBuilder().setValue(value)))
              .build();
    }
    return AgentToServer.newBuilder()
        .setAgentDescription(
            AgentDescription.newBuilder()
                .addIdentifyingAttributes(KeyValue.newBuilder().setValue(value)))
        .build()
        .toByteArray();
  }

  private static AgentToServer parse(byte[] data) throws MalformedMessageException {
    return Messages.parse(AgentToServer.parser(), ByteBuffer.wrap(data));
  }

  private static int levelsUnder(ComponentHealth root) {
    int levels = 0;
    for (ComponentHealth at = root;
        at.containsComponentHealthMap("c");
        at = at.getComponentHealthMapOrThrow("c")) {
      levels++;
    }
    return levels;
  }
}
