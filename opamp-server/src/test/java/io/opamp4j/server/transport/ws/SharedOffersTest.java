package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.wire.Frames;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedOffersTest {
  private static final int LIMIT = 1_000_000;

  private final SharedOffers offers = new SharedOffers(LIMIT);

  /** WS-02, WS-03; the sizes lie around those where the frame's length changes its form. */
  @ParameterizedTest
  @ValueSource(ints = {4_096, 20_480, 65_450, 65_480, 65_500, 65_520, 65_540, 300_000})
  void theFrameHoldsTheMessage(int size) throws Exception {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      ServerToAgent message =
          offer(random.nextLong(), config("v", size + random.nextInt(50))).toBuilder()
              .setFlags(random.nextInt(4))
              .setCapabilities(random.nextLong())
              .build();

      assertThat(message(offers.frame(message, LIMIT).orElseThrow()))
          .as("seed %d", seed)
          .isEqualTo(message);
    }
  }

  @Test
  void agentsShareTheBytesOfTheirConfiguration() throws Exception {
    AgentRemoteConfig config = config("v1", 20_480);
    List<SharedOffers.Frame> frames = new ArrayList<>();
    for (int agent = 0; agent < 1_000; agent++) {
      // Equal is enough; after a look into storage it is another object.
      AgentRemoteConfig equal = agent % 2 == 0 ? config : config("v1", 20_480);
      frames.add(offers.frame(offer(agent, equal), LIMIT).orElseThrow());
    }

    assertThat(offers.made()).isEqualTo(1);
    assertThat(frames).allMatch(frame -> frame.offer().isDirect());
    assertThat(frames).allMatch(frame -> frame.head().capacity() < 64);
    assertThat(offers.bytes()).isBetween(20_480L, 21_000L);
  }

  @Test
  void aPeerThatHasReadAPartMovesNobodyElse() throws Exception {
    AgentRemoteConfig config = config("v1", 20_480);
    SharedOffers.Frame first = offers.frame(offer(1, config), LIMIT).orElseThrow();
    first.offer().skipBytes(10_000);
    first.offer().release();
    SharedOffers.Frame second = offers.frame(offer(2, config), LIMIT).orElseThrow();

    assertThat(message(second)).isEqualTo(offer(2, config));
  }

  /** LIM-10, LIM-11: header and message together. */
  @Test
  void exactlyTheLimitIsAllowedAndNoMore() throws Exception {
    ServerToAgent message = offer(7, config("v1", 20_480));
    int size = 1 + message.getSerializedSize();

    assertThat(offers.frame(message, size)).isPresent();
    assertThatThrownBy(() -> offers.frame(message, size - 1))
        .isInstanceOf(MessageTooLargeException.class);
  }

  @Test
  void whatIsSmallOrNoConfigurationIsNotShared() throws Exception {
    assertThat(offers.frame(offer(1, config("v1", 100)), LIMIT)).isEmpty();
    assertThat(offers.frame(ServerToAgent.newBuilder().setFlags(1).build(), LIMIT)).isEmpty();
    assertThat(offers.bytes()).isZero();
  }

  @Test
  void keepsTheLatestWithinItsBytes() throws Exception {
    SharedOffers few = new SharedOffers(100_000);
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ServerToAgent message = offer(seed, config("v" + seed % 17, 5_000 + random.nextInt(40_000)));

      assertThat(message(few.frame(message, LIMIT).orElseThrow())).isEqualTo(message);
      assertThat(few.bytes()).as("seed %d", seed).isBetween(5_000L, 100_000L);
    }
    assertThat(few.frame(offer(1, config("large", 100_001)), LIMIT)).isEmpty();
  }

  @Test
  void whatWasUsedLastStaysKept() throws Exception {
    SharedOffers few = new SharedOffers(50_000);
    few.frame(offer(1, config("a", 20_000)), LIMIT);
    few.frame(offer(1, config("b", 20_000)), LIMIT);
    few.frame(offer(2, config("a", 20_000)), LIMIT);
    few.frame(offer(1, config("c", 20_000)), LIMIT);
    assertThat(few.made()).isEqualTo(3);

    few.frame(offer(3, config("a", 20_000)), LIMIT);
    assertThat(few.made()).as("a is still there").isEqualTo(3);
    few.frame(offer(3, config("b", 20_000)), LIMIT);
    assertThat(few.made()).as("b had to go").isEqualTo(4);
  }

  /** Reads it as the peer does, the header by hand. */
  private static ServerToAgent message(SharedOffers.Frame frame) throws Exception {
    ByteBuf bytes = Unpooled.wrappedBuffer(frame.head(), frame.offer());
    assertThat(bytes.readUnsignedByte()).as("final, binary").isEqualTo((short) 0x82);
    int code = bytes.readUnsignedByte();
    long length = code == 126 ? bytes.readUnsignedShort() : bytes.readLong();
    assertThat(code).as("the shortest form").isEqualTo(length < 65_536 ? 126 : 127);
    assertThat(length).isEqualTo(bytes.readableBytes());
    return Frames.serverToAgent(bytes.nioBuffer(), LIMIT);
  }

  private static ServerToAgent offer(long agent, AgentRemoteConfig config) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(new InstanceUid(1, agent).toBytes())
        .setRemoteConfig(config)
        .build();
  }

  private static AgentRemoteConfig config(String hash, int size) {
    AgentConfigFile file =
        AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    return AgentRemoteConfig.newBuilder()
        .setConfig(AgentConfigMap.newBuilder().putConfigMap("collector.yaml", file))
        .setConfigHash(ByteString.copyFromUtf8(hash))
        .build();
  }
}
