package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.transport.LeakCheck;
import io.opamp4j.server.transport.WsBytes;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class FrameGuardTest {
  private static final int LIMIT = 200_000;

  /** RFC 6455, section 5.7: "Hello" as one masked text frame. */
  @Test
  void removesTheMaskOfTheExampleInTheRfc() {
    Outcome outcome = feed(LIMIT, HexFormat.of().parseHex("818537fa213d7f9f4d5158"));

    assertThat(outcome.frames()).containsExactly("810548656c6c6f");
    assertThat(outcome.violations()).isEmpty();
  }

  @Test
  void passesControlFramesOnWholeHoweverTheyArrive() {
    byte[] ping = WsBytes.frame(true, WsBytes.PING, new byte[125]);

    assertThat(feed(LIMIT, bytewise(ping)).frames()).containsExactly("897d" + "00".repeat(125));
  }

  @Test
  void cutsLargeFramesIntoContinuationsOfBoundedSize() {
    byte[] payload = new byte[10_000];

    Outcome outcome = feed(LIMIT, WsBytes.binary(payload));

    assertThat(outcome.frames()).hasSize(3);
    assertThat(outcome.frames().get(0)).startsWith("02");
    assertThat(outcome.frames().get(1)).startsWith("00");
    assertThat(outcome.frames().get(2)).startsWith("80");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "unmasked frame, 820100, 1002",
    "RSV1 without an extension, c28137fa213d37, 1002",
    "RSV2, a28137fa213d37, 1002",
    "RSV3, 928137fa213d37, 1002",
    "reserved data opcode 3, 838137fa213d37, 1002",
    "reserved data opcode 7, 878137fa213d37, 1002",
    "reserved control opcode 11, 8b8137fa213d37, 1002",
    "reserved control opcode 15, 8f8137fa213d37, 1002",
    "fragmented ping, 098037fa213d, 1002",
    "ping of 126 bytes, 89fe007e37fa213d, 1002",
    "continuation of nothing, 808137fa213d37, 1002",
    "new message inside a fragmented one, 028137fa213d37828137fa213d37, 1002",
    "length 125 in the 16-bit form, 82fe007d37fa213d, 1002",
    "length 65535 in the 64-bit form, 82ff000000000000ffff37fa213d, 1002",
    "length with the top bit set, 82ff800000000000000037fa213d, 1002",
    "one byte above the limit, 82ff0000000000030d4137fa213d, 1009",
    "length of 2^62, 82ff400000000000000037fa213d, 1009",
  })
  void refuses(String what, String bytes, int closeCode) {
    byte[] input = HexFormat.of().parseHex(bytes);

    assertThat(feed(LIMIT, input).violations()).as(what).containsExactly(closeCode);
    assertThat(feed(LIMIT, bytewise(input)).violations()).as(what).containsExactly(closeCode);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "compressed ping, c98037fa213d",
    "compressed close, c88037fa213d",
    "RSV1 on a continuation, 028037fa213dc08037fa213d",
    "RSV1 on the continuation of a compressed message, 428037fa213dc08037fa213d",
    "RSV2 beside RSV1, e28037fa213d",
    "RSV3 alone, 928037fa213d",
  })
  void refusesRsv1OffTheFirstFrameOfAMessage_RFC_7692(String what, String bytes) {
    Outcome outcome =
        Outcome.of(bytewise(HexFormat.of().parseHex(bytes)), new FrameGuard(LIMIT, true));

    assertThat(outcome.violations()).as(what).containsExactly(1002);
  }

  @Test
  void passesRsv1OnWithTheFirstPieceOnly_RFC_7692() {
    byte[] large = WsBytes.frame(true, WsBytes.COMPRESSED | WsBytes.BINARY, new byte[5000]);

    Outcome outcome = Outcome.of(new byte[][] {large}, new FrameGuard(LIMIT, true));

    assertThat(outcome.frames().get(0)).startsWith("42");
    assertThat(outcome.frames().get(1)).startsWith("80");
    assertThat(outcome.violations()).isEmpty();
  }

  @Test
  void countsTheMessageOverItsFragmentsAndRefusesBeforeTheExcessArrives_LIM_04_LIM_06() {
    byte[] first = WsBytes.frame(false, WsBytes.BINARY, new byte[60]);
    byte[] ping = WsBytes.frame(true, WsBytes.PING, new byte[100]);
    byte[] exact = WsBytes.frame(true, WsBytes.CONTINUATION, new byte[40]);
    byte[] tooMuch = WsBytes.frame(true, WsBytes.CONTINUATION, new byte[41]);
    byte[] headOfTooMuch = Arrays.copyOf(tooMuch, 6);

    assertThat(feed(100, first, ping, exact, first, ping, exact).violations()).isEmpty();
    assertThat(feed(100, first, ping, headOfTooMuch).violations()).containsExactly(1009);
  }

  @ParameterizedTest
  @CsvSource({"82ff000000000400000037fa213d, 0", "82ff000000000400000137fa213d, 1"})
  void theDefaultLimitIs64MiB_LIM_02_E_15(String header, int violations) {
    int limit = ServerConfig.Limits.DEFAULT.receivedMessage();

    assertThat(feed(limit, HexFormat.of().parseHex(header)).violations()).hasSize(violations);
  }

  @Test
  void readsNothingAfterAViolationOrACloseFrame() {
    byte[] good = WsBytes.binary(new byte[] {1});

    assertThat(feed(LIMIT, new byte[] {(byte) 0x82, 0x01, 0x00}, good).frames()).isEmpty();
    assertThat(feed(LIMIT, WsBytes.close(1000), good).frames()).containsExactly("880203e8");
  }

  @Test
  void releasesAnUnfinishedControlFrameWhenTheConnectionEnds() {
    byte[] ping = WsBytes.frame(true, WsBytes.PING, new byte[20]);

    assertThat(feed(LIMIT, Arrays.copyOf(ping, 10)).frames()).isEmpty();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void theSameMessagesComeOutHoweverTcpCutsThem(long seed) {
    RandomGenerator random = new Random(seed);
    for (int round = 0; round < 4; round++) {
      List<String> expected = new ArrayList<>();
      byte[] stream = conversation(random, expected);

      Outcome outcome = feed(LIMIT, cut(random, stream));

      assertThat(outcome.violations()).as("seed %d round %d", seed, round).isEmpty();
      assertThat(outcome.messages()).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
  }

  private static byte[] conversation(RandomGenerator random, List<String> expected) {
    int[] sizes = {0, 1, 3, 7, 8, 9, 125, 126, 127, 4091, 4092, 4093, 8184, 65_535, 65_536, 70_001};
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int message = 0; message < 5; message++) {
      byte[] payload = new byte[sizes[random.nextInt(sizes.length)]];
      random.nextBytes(payload);
      int opcode = random.nextBoolean() ? WsBytes.BINARY : WsBytes.TEXT;
      int from = 0;
      boolean first = true;
      boolean last;
      do {
        last = random.nextInt(3) == 0;
        int to = last ? payload.length : from + random.nextInt(payload.length - from + 1);
        byte[] part = Arrays.copyOfRange(payload, from, to);
        stream.writeBytes(WsBytes.frame(last, first ? opcode : WsBytes.CONTINUATION, part));
        if (!last && random.nextInt(4) == 0) {
          byte[] control = new byte[random.nextInt(126)];
          random.nextBytes(control);
          stream.writeBytes(WsBytes.frame(true, WsBytes.PING, control));
          expected.add("9:" + HexFormat.of().formatHex(control));
        }
        from = to;
        first = false;
      } while (!last);
      expected.add(opcode + ":" + HexFormat.of().formatHex(payload));
    }
    return stream.toByteArray();
  }

  private static byte[][] cut(RandomGenerator random, byte[] stream) {
    // Single bytes for short conversations; long ones in some hundred pieces, to stay quick.
    int most = Math.max(1 << random.nextInt(17), stream.length / 300);
    List<byte[]> pieces = new ArrayList<>();
    int from = 0;
    while (from < stream.length) {
      int to = Math.min(stream.length, from + 1 + random.nextInt(most));
      pieces.add(Arrays.copyOfRange(stream, from, to));
      from = to;
    }
    return pieces.toArray(byte[][]::new);
  }

  private static byte[][] bytewise(byte[] stream) {
    return IntStream.range(0, stream.length)
        .mapToObj(i -> new byte[] {stream[i]})
        .toArray(byte[][]::new);
  }

  private static Outcome feed(int limit, byte[]... pieces) {
    return Outcome.of(pieces, new FrameGuard(limit, false));
  }
}
