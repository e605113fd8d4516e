package io.opamp4j.core.wire;

import static io.opamp4j.core.wire.Samples.SMALLEST;
import static io.opamp4j.core.wire.Samples.SMALLEST_BYTES;
import static io.opamp4j.core.wire.Samples.concat;
import static io.opamp4j.core.wire.Samples.deepHealth;
import static io.opamp4j.core.wire.Samples.gzip;
import static io.opamp4j.core.wire.Samples.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {
  private static final int LIMIT = Messages.DEFAULT_LIMIT;

  /** The smallest message as a gzip member with one stored block, written by hand. */
  private static final byte[] STORED =
      concat(
          hex("1F8B 08 00 00000000 00 FF"),
          hex("01 1400 EBFF"),
          SMALLEST_BYTES,
          littleEndian(crc(SMALLEST_BYTES)),
          hex("14000000"));

  @Test
  void http01ABodyIsTheMessageWithoutHeader() throws Exception {
    assertThat(Bodies.encode(SMALLEST, false, LIMIT)).isEqualTo(SMALLEST_BYTES);
    assertThat(plain(SMALLEST_BYTES)).isEqualTo(SMALLEST);
  }

  @Test
  void http02AnAnswerIsReadPackedAndPlain() throws Exception {
    ServerToAgent answer = ServerToAgent.newBuilder().setCapabilities(1).build();
    byte[] body = hex("3801");

    assertThat(Bodies.serverToAgent(new ByteArrayInputStream(body), false, LIMIT))
        .isEqualTo(answer);
    assertThat(Bodies.serverToAgent(new ByteArrayInputStream(gzip(body)), true, LIMIT))
        .isEqualTo(answer);
  }

  @Test
  void anEmptyBodyIsTheEmptyMessage() throws Exception {
    assertThat(plain(new byte[0])).isEqualTo(AgentToServer.getDefaultInstance());
    assertThat(unpacked(gzip(new byte[0]))).isEqualTo(AgentToServer.getDefaultInstance());
  }

  @Test
  void http11APackedBodyIsGzipThatOthersRead() throws Exception {
    byte[] body = Bodies.encode(Samples.report(), true, LIMIT);

    assertThat(body).startsWith(0x1F, 0x8B);
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      assertThat(AgentToServer.parseFrom(in)).isEqualTo(Samples.report());
    }
    assertThat(unpacked(body)).isEqualTo(Samples.report());
  }

  @Test
  void http13AMemberWrittenByHandIsRead() throws Exception {
    assertThat(unpacked(STORED)).isEqualTo(SMALLEST);
  }

  @Test
  void everyOptionalPartOfAGzipHeaderIsSkipped() throws Exception {
    byte[] header =
        concat(
            hex("1F8B 08 1F 01020304 02 03"),
            hex("0300 AABBCC"), // extra field
            hex("6E616D65 00"), // name
            hex("6E6F7465 00")); // comment
    byte[] headerSum = Arrays.copyOf(littleEndian(crc(header)), 2);
    byte[] rest = Arrays.copyOfRange(STORED, 10, STORED.length);

    assertThat(unpacked(concat(header, headerSum, rest))).isEqualTo(SMALLEST);

    headerSum[0] ^= 1;
    assertMalformed(concat(header, headerSum, rest), "checksum of the gzip header");
  }

  @Test
  void severalMembersAreOneBody() throws Exception {
    byte[] first = Arrays.copyOf(SMALLEST_BYTES, 7);
    byte[] second = Arrays.copyOfRange(SMALLEST_BYTES, 7, SMALLEST_BYTES.length);

    assertThat(unpacked(concat(gzip(first), gzip(new byte[0]), gzip(second)))).isEqualTo(SMALLEST);
  }

  @Test
  void aStreamThatGivesOneByteAtATimeIsReadToTheEnd() throws Exception {
    byte[] body = concat(gzip(Samples.report().toByteArray()), gzip(new byte[0]));

    assertThat(Bodies.agentToServer(new Dripping(body), true, LIMIT)).isEqualTo(Samples.report());
    assertThat(Bodies.agentToServer(new Dripping(SMALLEST_BYTES), false, LIMIT))
        .isEqualTo(SMALLEST);
  }

  @Test
  void e08EveryPackedBodyThatIsCutShortIsMalformed() {
    byte[] body = gzip(Samples.report().toByteArray());
    for (int length = 0; length < body.length; length++) {
      byte[] cut = Arrays.copyOf(body, length);
      assertThatThrownBy(() -> unpacked(cut))
          .as("%d of %d bytes", length, body.length)
          .isExactlyInstanceOf(MalformedMessageException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "0000000000000000", "1F", "1F8B", "1F8B08", "0A10", "FFFF"})
  void whatFollowsTheLastMemberIsMalformed(String garbage) {
    assertMalformed(concat(STORED, hex(garbage)), "gzip data");
  }

  @Test
  void e08BrokenGzipIsMalformed() {
    byte[] wrongSum = STORED.clone();
    wrongSum[wrongSum.length - 5] ^= 1;
    byte[] wrongLength = STORED.clone();
    wrongLength[wrongLength.length - 1] ^= 1;
    byte[] reserved = STORED.clone();
    reserved[3] = 0x20;
    byte[] otherMethod = STORED.clone();
    otherMethod[2] = 7;
    byte[] badBlock = STORED.clone();
    badBlock[10] = 0x07;

    assertMalformed(SMALLEST_BYTES, "not gzip");
    assertMalformed(wrongSum, "checksum of the gzip data");
    assertMalformed(wrongLength, "checksum of the gzip data");
    assertMalformed(reserved, "reserved flags");
    assertMalformed(otherMethod, "not gzip");
    assertMalformed(badBlock, "broken");
    assertMalformed(gzip(hex("0A10 01")), "protobuf");
  }

  @Test
  void aPackedBodyWithoutTheHeaderThatSaysSoIsMalformed() {
    assertThatThrownBy(() -> plain(gzip(SMALLEST_BYTES)))
        .isExactlyInstanceOf(MalformedMessageException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "1, true"})
  void lim16TheLimitOfAPlainBodyIsExact(int spare, boolean allowed) throws Exception {
    for (int size : new int[] {200, 4095, 4096, 4097, 8192, 20_000}) {
      AgentToServer message = Samples.ofSize(size);
      byte[] body = message.toByteArray();
      int limit = size + spare;
      if (allowed) {
        assertThat(Bodies.encode(message, false, limit)).isEqualTo(body);
        assertThat(Bodies.agentToServer(new ByteArrayInputStream(body), false, limit))
            .isEqualTo(message);
      } else {
        assertThatThrownBy(() -> Bodies.encode(message, false, limit))
            .isInstanceOf(MessageTooLargeException.class);
        assertTooLarge(body, false, limit);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "1, true"})
  void lim17TheLimitHoldsForTheUnpackedBody(int spare, boolean allowed) throws Exception {
    for (int size : new int[] {200, 4095, 4096, 4097, 8192, 20_000}) {
      AgentToServer message = Samples.ofSize(size);
      byte[] body = gzip(message.toByteArray());
      int limit = size + spare;
      if (allowed) {
        assertThat(unpackedWithin(body, limit)).isEqualTo(message);
        assertThat(unpackedWithin(Bodies.encode(message, true, limit), limit)).isEqualTo(message);
      } else {
        assertThatThrownBy(() -> Bodies.encode(message, true, limit))
            .as("lim24: counted before compression")
            .isInstanceOf(MessageTooLargeException.class);
        assertTooLarge(body, true, limit);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"-1, false", "0, true", "1, true"})
  void e14TheLimitHoldsForThePackedBodyToo(int spare, boolean allowed) throws Exception {
    byte[] body = STORED; // larger than what is in it
    int limit = body.length + spare;

    if (allowed) {
      assertThat(unpackedWithin(body, limit)).isEqualTo(SMALLEST);
    } else {
      assertTooLarge(body, true, limit);
    }
  }

  @Test
  void e14AnEndlessStreamThatUnpacksToNothingIsCutOff() {
    Endless body = new Endless(gzip(new byte[0]));

    assertThatThrownBy(() -> Bodies.agentToServer(body, true, 100_000))
        .isInstanceOf(MessageTooLargeException.class);
    assertThat(body.given).isLessThan(110_000);
  }

  @Test
  void lim18AnEndlessPlainBodyIsCutOff() {
    Endless body = new Endless(SMALLEST_BYTES);

    assertThatThrownBy(() -> Bodies.agentToServer(body, false, 100_000))
        .isInstanceOf(MessageTooLargeException.class);
    assertThat(body.given).isLessThanOrEqualTo(100_001);
  }

  @Test
  void lim17AGzipBombCostsNoMoreThanTwiceTheLimit() {
    byte[] bomb = gzip(new byte[32 * 1024 * 1024]);
    int limit = 4 * 1024 * 1024;
    assertThat(bomb.length).isLessThan(limit);
    assertTooLarge(bomb, true, limit); // loads the classes

    long before = allocated();
    assertTooLarge(bomb, true, limit);
    long cost = allocated() - before;

    assertThat(cost).isBetween((long) limit, 2L * limit + 256 * 1024);
  }

  @Test
  void anOversizePlainBodyCostsNoMoreThanTwiceTheLimit() {
    int limit = 4 * 1024 * 1024;
    assertTooLargeEndless(limit); // loads the classes

    long before = allocated();
    assertTooLargeEndless(limit);
    long cost = allocated() - before;

    assertThat(cost).isBetween((long) limit, 2L * limit + 256 * 1024);
  }

  @Test
  void healthTreesAreReadToTheSameDepthAsOnWebSockets() throws Exception {
    assertThat(unpacked(gzip(deepHealth(40))).toByteArray()).isEqualTo(deepHealth(40));
    assertMalformed(gzip(deepHealth(100_000)), "protobuf");
  }

  @Test
  void aFailureOfTheStreamStaysAFailureOfTheStream() {
    IOException reset = new IOException("connection reset");
    for (boolean gzip : new boolean[] {false, true}) {
      assertThatThrownBy(() -> Bodies.agentToServer(new Failing(STORED, reset), gzip, LIMIT))
          .isSameAs(reset);
    }
  }

  @Test
  void theStreamIsLeftOpen() throws Exception {
    boolean[] closed = new boolean[1];
    InputStream body =
        new ByteArrayInputStream(STORED) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };

    Bodies.agentToServer(body, true, LIMIT);

    assertThat(closed[0]).isFalse();
  }

  @Test
  void damagedBodiesAreReadOrMalformedAndNothingElse() {
    byte[] plain = Samples.report().toByteArray();
    byte[] packed = gzip(plain);
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      boolean gzip = seed % 2 == 0;
      byte[] body = Mutations.mutate(gzip ? packed : plain, random);
      int limit = 1 + random.nextInt(2 * plain.length);
      try {
        Bodies.agentToServer(new ByteArrayInputStream(body), gzip, limit);
      } catch (MalformedMessageException e) {
        assertThat(e.getMessage()).as("seed %d", seed).isNotBlank();
      } catch (IOException | RuntimeException | Error e) {
        fail("seed " + seed, e);
      }
    }
  }

  private static AgentToServer plain(byte[] body) throws Exception {
    return Bodies.agentToServer(new ByteArrayInputStream(body), false, LIMIT);
  }

  private static AgentToServer unpacked(byte[] body) throws Exception {
    return unpackedWithin(body, LIMIT);
  }

  private static AgentToServer unpackedWithin(byte[] body, int limit) throws Exception {
    return Bodies.agentToServer(new ByteArrayInputStream(body), true, limit);
  }

  private static void assertMalformed(byte[] packedBody, String text) {
    assertThatThrownBy(() -> unpacked(packedBody))
        .isExactlyInstanceOf(MalformedMessageException.class)
        .hasMessageContaining(text);
  }

  private static void assertTooLarge(byte[] body, boolean gzip, int limit) {
    assertThatThrownBy(() -> Bodies.agentToServer(new ByteArrayInputStream(body), gzip, limit))
        .isInstanceOfSatisfying(
            MessageTooLargeException.class,
            e -> {
              assertThat(e.limit()).isEqualTo(limit);
              assertThat(e.size()).isEmpty();
            });
  }

  private static void assertTooLargeEndless(int limit) {
    assertThatThrownBy(() -> Bodies.agentToServer(new Endless(SMALLEST_BYTES), false, limit))
        .isInstanceOf(MessageTooLargeException.class);
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static long crc(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return sum.getValue();
  }

  private static byte[] littleEndian(long value) {
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      bytes[i] = (byte) (value >>> (8 * i));
    }
    return bytes;
  }

  /** Gives one byte for every read. */
  private static final class Dripping extends InputStream {
    private final InputStream bytes;

    Dripping(byte[] bytes) {
      this.bytes = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() throws IOException {
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return bytes.read(target, offset, Math.min(length, 1));
    }
  }

  /** Repeats the same bytes for ever, or rather until nobody in their right mind would go on. */
  private static final class Endless extends InputStream {
    private final byte[] pattern;
    private long given;

    Endless(byte[] pattern) {
      this.pattern = pattern;
    }

    @Override
    public int read() {
      assertThat(given).as("bytes read").isLessThan(50_000_000);
      return pattern[(int) (given++ % pattern.length)] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      assertThat(given).as("bytes read").isLessThan(50_000_000);
      for (int i = 0; i < length; i++) {
        target[offset + i] = pattern[(int) (given++ % pattern.length)];
      }
      return length;
    }
  }

  /** Gives half of the bytes and then fails. */
  private static final class Failing extends InputStream {
    private final InputStream half;
    private final IOException failure;

    Failing(byte[] bytes, IOException failure) {
      this.half = new ByteArrayInputStream(bytes, 0, bytes.length / 2);
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      int value = half.read();
      if (value < 0) {
        throw failure;
      }
      return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = half.read(target, offset, length);
      if (count < 0) {
        throw failure;
      }
      return count;
    }
  }
}
