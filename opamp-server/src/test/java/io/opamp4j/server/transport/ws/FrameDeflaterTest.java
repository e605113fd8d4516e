package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.opamp4j.server.transport.LeakCheck;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages on their way out (RFC 7692, section 7.2.1). */
@ExtendWith(LeakCheck.class)
class FrameDeflaterTest {
  private final Zips zips = new Zips(1);
  private final FrameDeflater deflater = new FrameDeflater(zips);

  @AfterEach
  void nothingIsHeld() {
    assertThat(zips.inUse()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {FrameDeflater.SMALLEST, 4092, 65_535, 65_536, FrameDeflater.LARGEST})
  void whatIsLargeComesOutShorterAndMeansTheSame(int size) {
    for (int noise : new int[] {0, size / 20, size / 2}) {
      byte[] payload = new byte[size];
      byte[] random = new byte[noise];
      new Random(size).nextBytes(random);
      System.arraycopy(random, 0, payload, 0, noise);

      byte[] sent = deflated(frame(0x82, payload));

      assertThat(sent[0]).isEqualTo((byte) 0xC2);
      assertThat(sent.length).isLessThan(size);
      assertThat(inflated(sent)).isEqualTo(payload);
    }
  }

  @ParameterizedTest(name = "first byte {0}, {1} bytes")
  @CsvSource({
    "0x82, 0",
    "0x82, 1023",
    "0x82, 1048577",
    "0x81, 2000",
    "0x02, 2000",
    "0x80, 2000",
    "0x88, 125",
    "0x89, 0",
  })
  void everythingElseGoesAsItIs(int firstByte, int size) {
    byte[] frame = frame(firstByte, new byte[size]);

    assertThat(deflated(frame)).isEqualTo(frame);
  }

  @ParameterizedTest
  @ValueSource(ints = {FrameDeflater.SMALLEST, 5000, 100_000})
  void whatCannotBeShortenedGoesAsItIs(int size) {
    byte[] noise = new byte[size];
    new Random(1).nextBytes(noise);
    byte[] frame = frame(0x82, noise);

    assertThat(deflated(frame)).isEqualTo(frame);
  }

  private byte[] deflated(byte[] frame) {
    // As Tyrus may hand it over: somewhere inside a larger array.
    ByteBuffer inside = ByteBuffer.allocate(frame.length + 7);
    inside.position(3).put(frame).limit(3 + frame.length).position(3);
    ByteBuf sent = deflater.deflate(UnpooledByteBufAllocator.DEFAULT, inside);
    byte[] bytes = ByteBufUtil.getBytes(sent);
    sent.release();
    return bytes;
  }

  /** Through the way in, which has the examples of the RFC to show that it is right. */
  private byte[] inflated(byte[] frame) {
    int header = (frame[1] & 0x7F) < 126 ? 2 : (frame[1] & 0x7F) == 126 ? 4 : 10;
    byte[] masked = new byte[frame.length + 4];
    System.arraycopy(frame, 0, masked, 0, header);
    masked[1] |= (byte) 0x80;
    System.arraycopy(frame, header, masked, header + 4, frame.length - header);
    int limit = 2 * FrameDeflater.LARGEST;
    Outcome outcome =
        Outcome.of(
            new byte[][] {masked}, new FrameGuard(limit, true), new FrameInflater(limit, zips));
    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.messages()).hasSize(1);
    return HexFormat.of().parseHex(outcome.messages().get(0).substring(2));
  }

  private static byte[] frame(int firstByte, byte[] payload) {
    int size = payload.length;
    ByteBuffer frame = ByteBuffer.allocate(size + 10).put((byte) firstByte);
    if (size < 126) {
      frame.put((byte) size);
    } else if (size < 0x1_0000) {
      frame.put((byte) 126).putShort((short) size);
    } else {
      frame.put((byte) 127).putLong(size);
    }
    frame.put(payload).flip();
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }
}
