package io.opamp4j.core.wire;

import static io.opamp4j.core.wire.Samples.SMALLEST;
import static io.opamp4j.core.wire.Samples.SMALLEST_BYTES;
import static io.opamp4j.core.wire.Samples.concat;
import static io.opamp4j.core.wire.Samples.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
  private static final int LIMIT = Messages.DEFAULT_LIMIT;

  @Test
  void ws03TheSmallestMessageIsWrittenAsInTheReference() throws Exception {
    assertThat(Frames.encode(SMALLEST, LIMIT))
        .isEqualTo(hex("00 0A10 0190F5C27A3B7C118D220123456789AB 2001"));
  }

  @Test
  void ws02TheSmallestMessageOfTheReferenceIsRead() throws Exception {
    byte[] frame = hex("00 0A10 0190F5C27A3B7C118D220123456789AB 2001");

    assertThat(Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT)).isEqualTo(SMALLEST);
  }

  @Test
  void anAnswerWrittenByHandIsRead() throws Exception {
    // instance_uid, flags = 1 (field 6), capabilities = 0x7F (field 7)
    byte[] frame = hex("00 0A10 0190F5C27A3B7C118D220123456789AB 3001 387F");

    ServerToAgent answer = Frames.serverToAgent(ByteBuffer.wrap(frame), LIMIT);

    assertThat(answer)
        .isEqualTo(
            ServerToAgent.newBuilder()
                .setInstanceUid(Samples.UID.toBytes())
                .setFlags(1)
                .setCapabilities(0x7F)
                .build());
    assertThat(Frames.encode(answer, LIMIT)).isEqualTo(frame);
  }

  @Test
  void ws07AHeaderAloneIsTheEmptyMessage() throws Exception {
    assertThat(Frames.agentToServer(ByteBuffer.wrap(hex("00")), LIMIT))
        .isEqualTo(AgentToServer.getDefaultInstance());
    assertThat(Frames.encode(AgentToServer.getDefaultInstance(), 1)).isEqualTo(hex("00"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "8000", "808000", "80808080808080808000"})
  void e03AZeroHeaderMayBeSpelledInOneToTenBytes(String header) throws Exception {
    byte[] frame = concat(hex(header), SMALLEST_BYTES);

    assertThat(Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT)).isEqualTo(SMALLEST);
  }

  @ParameterizedTest
  @CsvSource({
    "E-02 one,                     01,                       not 0",
    "E-02 longer value,            8001,                     not 0",
    "E-02 highest legal value,     FFFFFFFFFFFFFFFFFF01,     not 0",
    "E-04 value beyond 64 bits,    80808080808080808002,     not 0",
    "E-04 value beyond 64 bits,    8080808080808080807E,     not 0",
    "E-04 eleven bytes,            8080808080808080808000,   longer than 10",
    "E-04 cut short,               80,                       ends inside",
    "E-04 cut short after nine,    808080808080808080,       ends inside",
  })
  void anyOtherHeaderIsMalformed(String rule, String header, String text) {
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(hex(header)), LIMIT))
        .as(rule)
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(text);
  }

  @Test
  void e05AMessageWithoutHeaderIsMalformed() {
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.allocate(0), LIMIT))
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void e01AMessageInTheOldFormIsMalformed() {
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(SMALLEST_BYTES), LIMIT))
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("header is not 0");
  }

  @ParameterizedTest
  @CsvSource({
    "cut short,                   00 0A10 0190",
    "length beyond the end,       00 0AFFFFFFFF07 00",
    "negative length,             00 0AFFFFFFFFFFFFFFFFFF01 00",
    "field number 0,              00 0000",
    "end of a group never begun,  00 0C",
    "group never ended,           00 0B",
    "wire type 7,                 00 0F",
    "invalid UTF-8,               00 3A03 1A01 FF",
    "overlong UTF-8,              00 3A04 1A02 C080",
  })
  void e07DataThatIsNoMessageIsMalformed(String what, String frame) {
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(hex(frame)), LIMIT))
        .as(what)
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining("protobuf");
  }

  @Test
  void cap14UnknownFieldsAreKept() throws Exception {
    byte[] frame = concat(hex("00"), SMALLEST_BYTES, hex("82 7D 01 2A")); // field 2000

    AgentToServer message = Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT);

    assertThat(Frames.encode(message, LIMIT)).isEqualTo(frame);
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "1, true"})
  void lim01TheLimitCountsHeaderAndData(int spare, boolean allowed) throws Exception {
    byte[] frame = concat(hex("8000"), SMALLEST_BYTES);
    int limit = frame.length + spare;

    if (allowed) {
      assertThat(Frames.agentToServer(ByteBuffer.wrap(frame), limit)).isEqualTo(SMALLEST);
    } else {
      assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(frame), limit))
          .isInstanceOf(MessageTooLargeException.class)
          .asInstanceOf(InstanceOfAssertFactories.type(MessageTooLargeException.class))
          .satisfies(
              e -> {
                assertThat(e.limit()).isEqualTo(limit);
                assertThat(e.size()).hasValue(frame.length);
              });
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "1, true"})
  void lim11NothingBeyondTheLimitIsWritten(int spare, boolean allowed) throws Exception {
    int size = 1 + SMALLEST_BYTES.length;
    int limit = size + spare;

    if (allowed) {
      assertThat(Frames.encode(SMALLEST, limit)).hasSize(size);
    } else {
      assertThatThrownBy(() -> Frames.encode(SMALLEST, limit))
          .isInstanceOf(MessageTooLargeException.class)
          .hasMessageContaining(Integer.toString(size));
    }
  }

  @Test
  void lim02TheDefaultLimitIsAllowedAndOneByteMoreIsNot() throws Exception {
    AgentToServer largest = Samples.ofSize(64 * 1024 * 1024 - 1);
    byte[] frame = Frames.encode(largest, LIMIT);

    assertThat(frame).hasSize(67_108_864);
    assertThat(Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT).getSerializedSize())
        .isEqualTo(largest.getSerializedSize());
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.allocate(LIMIT + 1), LIMIT))
        .isInstanceOf(MessageTooLargeException.class);
  }

  @Test
  void aLimitThatAllowsNothingIsAMistakeOfTheCaller() {
    assertThatThrownBy(() -> Frames.encode(SMALLEST, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(hex("00")), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void everyKindOfBufferIsReadAndLeftAsItWas() throws Exception {
    byte[] frame = Frames.encode(Samples.report(), LIMIT);
    byte[] surrounded = concat(hex("FFFFFF"), frame, hex("FFFF"));
    ByteBuffer offset = ByteBuffer.wrap(surrounded, 3, frame.length);
    ByteBuffer direct = ByteBuffer.allocateDirect(surrounded.length).put(surrounded);
    direct.position(3).limit(3 + frame.length);

    for (ByteBuffer buffer :
        new ByteBuffer[] {
          ByteBuffer.wrap(frame),
          offset,
          offset.slice(),
          offset.asReadOnlyBuffer(),
          offset.duplicate().order(ByteOrder.LITTLE_ENDIAN),
          direct,
          direct.slice(),
          direct.asReadOnlyBuffer()
        }) {
      int position = buffer.position();
      int end = buffer.limit();

      assertThat(Frames.agentToServer(buffer, LIMIT)).as("%s", buffer).isEqualTo(Samples.report());

      assertThat(buffer.position()).as("%s", buffer).isEqualTo(position);
      assertThat(buffer.limit()).as("%s", buffer).isEqualTo(end);
    }
  }

  @Test
  void theResultSharesNoMemoryWithTheBuffer() throws Exception {
    byte[] frame = Frames.encode(Samples.report(), LIMIT);
    ByteBuffer direct = ByteBuffer.allocateDirect(frame.length).put(frame).flip();

    AgentToServer fromArray = Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT);
    AgentToServer fromDirect = Frames.agentToServer(direct, LIMIT);
    Arrays.fill(frame, (byte) 0x7F);
    direct.put(frame);

    assertThat(fromArray).isEqualTo(Samples.report());
    assertThat(fromDirect).isEqualTo(Samples.report());
  }

  @Test
  void damagedFramesAreReadOrMalformedAndNothingElse() throws Exception {
    byte[] agentFrame = Frames.encode(Samples.report(), LIMIT);
    byte[] serverFrame =
        concat(
            hex("00 0A10 0190F5C27A3B7C118D220123456789AB 3001 387F"),
            hex("1A 0B 0A07 0A05 0A01 61 1200 1200"));
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      ByteBuffer frame =
          ByteBuffer.wrap(Mutations.mutate(seed % 2 == 0 ? agentFrame : serverFrame, random));
      int limit = 1 + random.nextInt(2 * agentFrame.length);
      try {
        Frames.agentToServer(frame, limit);
      } catch (MalformedMessageException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | Error e) {
        fail("seed " + seed, e);
      }
      try {
        Frames.serverToAgent(frame, limit);
      } catch (MalformedMessageException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      } catch (RuntimeException | Error e) {
        fail("seed " + seed, e);
      }
    }
  }

  @Test
  void theTextOfAnErrorShowsNoContentOfTheMessage() {
    byte[] secret = ByteString.copyFromUtf8("hunter2").toByteArray();
    byte[] frame = concat(hex("00 3A0A 1A08"), secret, hex("FF"));

    assertThatThrownBy(() -> Frames.agentToServer(ByteBuffer.wrap(frame), LIMIT))
        .isInstanceOf(MalformedMessageException.class)
        .hasMessageNotContaining("hunter2");
  }
}
